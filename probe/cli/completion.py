"""`callready completion SHELL`: made by shtab from the parser itself."""

from __future__ import annotations

import argparse

from .fault import READY
from .parser import parser


def completion(arguments: argparse.Namespace) -> int:
    import shtab

    print(shtab.complete(parser(), shell=arguments.shell))
    return READY

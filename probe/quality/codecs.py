"""Codec values of the E-model (ITU-T G.113 appendices): Ie, Bpl, the scale they are on, and how well they are known.

An entry is one row of one printed table. Values that no source states are None, and codecs without any value are listed
with the reason: nothing is borrowed from a similar codec.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Scale = Literal["NB", "WB", "FB"]
"""Narrowband G.107, wideband G.107.1, fullband G.107.2: three axes that must not be mixed."""

Listening = Literal["monotic", "diotic"]
"""With one ear or with both: G.113 prints different values."""

Mark = Literal["read", "copy", "memory"]
"""Read in the source itself; seen in somebody's copy of it; remembered."""


class Codec(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    scale: Scale
    ie: float
    """Equipment impairment factor without loss, on `scale`."""
    bpl: float | None = None
    """Packet-loss robustness factor; None: no value published, so that loss cannot be rated."""
    edition: str
    """The printed tables that the values are from."""
    ie_mark: Mark
    bpl_mark: Mark | None = None
    ie_listening: Listening | None = None
    """None: the table makes no difference."""
    bpl_listening: Listening | None = None
    provisional: bool = True
    """The appendices call their values provisional planning values, and none was checked in the source itself."""
    notes: tuple[str, ...] = ()


I_BOTH = "Ie: G.113 (09/2024) Table I.1; Bpl: G.113 Appendix I (2007)"
I_2007 = "G.113 Appendix I (2007)"
IV_1 = "G.113 (09/2024) Table IV.1"
IV_3 = "G.113 (09/2024) Table IV.3"
V_2024 = "G.113 (09/2024) Appendix V"

DISPUTED = "no narrowband Bpl is printed in G.113 (09/2024), say two of its readers"
AT_10_MS = "Bpl was measured with packets of 10 ms"
UNIFORM = "Bpl holds for uniform loss"
ERRATUM = "32 kbit/s is printed as 2 kbit/s; Erratum 1 (2026-01-12)"


def _narrowband() -> list[Codec]:
    g711: tuple[str, ...] = (DISPUTED, AT_10_MS)
    return [
        Codec(name="g711", scale="NB", ie=0, bpl=25.1, edition=I_BOTH, ie_mark="copy", bpl_mark="memory",
              notes=("with packet-loss concealment", *g711)),
        Codec(name="g711-no-concealment", scale="NB", ie=0, bpl=4.3, edition=I_BOTH, ie_mark="copy", bpl_mark="memory",
              notes=("without packet-loss concealment", *g711)),
        Codec(name="g729", scale="NB", ie=10, bpl=19.0, edition=I_BOTH, ie_mark="copy", bpl_mark="memory",
              notes=(DISPUTED,)),
        Codec(name="g729a-vad", scale="NB", ie=11, bpl=19.0, edition=I_2007, ie_mark="memory", bpl_mark="memory",
              notes=(DISPUTED,)),
        Codec(name="gsm-efr", scale="NB", ie=5, bpl=10.0, edition=I_BOTH, ie_mark="copy", bpl_mark="memory",
              notes=(DISPUTED,)),
        Codec(name="g723.1-vad", scale="NB", ie=15, bpl=16.1, edition=I_2007, ie_mark="memory", bpl_mark="memory",
              notes=(DISPUTED,)),
    ]  # fmt: skip


def _wideband() -> list[Codec]:
    monotic = {"23.85": 8, "23.05": 1, "19.85": 3, "18.25": 5, "15.85": 7, "14.25": 10, "12.65": 13, "8.85": 26,
               "6.6": 41}  # fmt: skip
    diotic = {"23.85": 10, "23.05": 8, "15.85": 17, "12.65": 20, "8.85": 41, "6.6": 56}
    unseen = "Table IV.3 prints a Bpl for this mode that was not seen"
    return [
        *(
            Codec(
                name=f"amr-wb-{rate}-monotic",
                scale="WB",
                ie=ie,
                edition=IV_1,
                ie_mark="copy",
                ie_listening="monotic",
            )
            for rate, ie in monotic.items()
        ),
        *(
            Codec(
                name=f"amr-wb-{rate}-diotic",
                scale="WB",
                ie=ie,
                bpl=4.3 if rate == "12.65" else None,
                edition=IV_3,
                ie_mark="copy",
                bpl_mark="copy" if rate == "12.65" else None,
                ie_listening="diotic",
                bpl_listening="diotic" if rate == "12.65" else None,
                notes={"12.65": (UNIFORM,), "23.85": (unseen,), "23.05": (unseen,)}.get(rate, ()),
            )
            for rate, ie in diotic.items()
        ),
        Codec(name="g722-64", scale="WB", ie=13, edition="G.113 Appendix IV, edition not known", ie_mark="memory",
              notes=("values of 4 and 15.7 circulate without a source",)),
    ]  # fmt: skip


def _fullband() -> list[Codec]:
    modes = {"48": (10.2, 9.6), "32": (8.7, 9.3), "24.4": (7.2, 11.4), "16.4": (10.8, 10.3), "13.2": (17.1, 11.7),
             "9.6": (22.7, 13.0)}  # fmt: skip
    return [
        Codec(
            name=f"evs-swb-{rate}",
            scale="FB",
            ie=ie,
            bpl=bpl,
            edition=V_2024,
            ie_mark="copy",
            bpl_mark="copy",
            ie_listening="diotic",
            bpl_listening="diotic",
            notes=(ERRATUM,) if rate == "32" else (),
        )
        for rate, (ie, bpl) in modes.items()
    ]


CODECS: dict[str, Codec] = {codec.name: codec for codec in [*_narrowband(), *_wideband(), *_fullband()]}

UNPUBLISHED: dict[str, str] = {
    "opus": "the ITU publishes no Ie or Bpl for Opus; there are only empirical tables (doi 10.1145/3458751)",
    "amr": "the ITU publishes no Ie or Bpl for AMR narrowband; those of GSM-EFR are another codec's",
    "amr-wb": "the values of AMR-WB depend on mode and listening: name one, such as amr-wb-12.65-diotic",
    "g722": "the value of G.722 depends on its bit rate: name it, as g722-64",
    "evs-swb": "the values of EVS depend on its bit rate: name one, such as evs-swb-24.4",
}
"""Names without values of their own, and why."""

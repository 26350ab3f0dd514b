"""Reading: what is accepted, and what is said about the rest."""

import datetime
import hashlib
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import read
from catalog.changes import since
from catalog.model import Catalog, Change, History
from catalog.strict import Invalid, Problem, convert, join, nearest, parse_toml

HERE = Path(__file__).parent
INVALID = sorted((HERE / "invalid").glob("*.toml"))
EXPECT = "# expect: "


def problems(call: Callable[[], object]) -> list[str]:
    with pytest.raises(Invalid) as caught:
        call()
    return [str(problem) for problem in caught.value.errors]


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_invalid_file(file: Path, write: Callable[[str], str]) -> None:
    text = file.read_text()
    lines = text.splitlines(keepends=True)
    expected = [line.removeprefix(EXPECT).strip() for line in lines if line.startswith(EXPECT)]
    path = write("".join(line for line in lines if not line.startswith(EXPECT)))
    assert problems(lambda: read.open_catalog(path)) == expected


def test_every_fixture_expects_something_of_its_own() -> None:
    heads = {
        file.stem: "".join(line for line in file.read_text().splitlines() if line.startswith(EXPECT))
        for file in INVALID
    }
    assert len(INVALID) >= 25
    assert all(heads.values())
    assert len({head.partition(": ")[2] for head in heads.values()}) == len(heads)


def test_several_errors_are_reported_at_once() -> None:
    for name in ("many-shapes", "many-meanings"):
        assert (HERE / "invalid" / f"{name}.toml").read_text().count(EXPECT) >= 8


def test_built_in_catalogue() -> None:
    loaded = read.open_catalog("webex-calling")
    content = Path(loaded.path).read_bytes()
    assert loaded.catalog.name == "webex-calling"
    assert loaded.digest == hashlib.sha256(content).hexdigest()
    assert read.built_in() == ["webex-calling"]


def test_built_in_history_cites_the_sources_of_its_catalogue(built_in: Catalog) -> None:
    history = read.load_history("webex-calling", built_in)
    assert history.name == built_in.name
    assert history.changes


def test_reading_takes_a_fraction_of_its_limit() -> None:
    """The limit is 50 ms; the best of several readings says what the code costs, whatever else the machine does."""
    taken = []
    for _ in range(5):
        started = time.process_time()
        read.open_catalog("webex-calling")
        taken.append(time.process_time() - started)
    assert min(taken) < 0.05


def test_unknown_name_is_answered_with_the_known_ones() -> None:
    assert problems(lambda: read.load("webex-caling")) == [
        "there is no built-in catalogue 'webex-caling'; did you mean 'webex-calling'? "
        "A file is named with its ending, such as ./mine.toml"
    ]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"
    assert problems(lambda: read.load(str(missing))) == [
        "cannot be read: no such file or directory; name a file that you may read"
    ]
    assert problems(lambda: read.load(f"{tmp_path}/")) == [
        "cannot be read: is a directory; name a file that you may read"
    ]
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'schema = 1\ntitle = "\xe9"\n')
    assert problems(lambda: read.load(str(latin))) == ["line 2: not UTF-8 text; save the file as UTF-8"]


def test_message_names_the_file(write: Callable[[str], str]) -> None:
    path = write("title = 5\n")
    with pytest.raises(Invalid, match=r"catalogue\.toml: title: 5 is a whole number"):
        read.load(path)


def test_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "marked.toml"
    file.write_bytes(b"\xef\xbb\xbf" + (HERE / "minimal.toml").read_bytes())
    assert read.load(str(file)).name == "minimal"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a =", "line 1, column 4: not TOML: invalid value; correct the file there"),
        ("a = [1,\n\n", "line 3, column 1: not TOML: invalid value; correct the file there"),
        ("a = 1\na = 2\n", "line 2, column 6: not TOML: cannot overwrite a value; correct the file there"),
        ("a = " + "9" * 5000, "a number has thousands of digits; write a shorter one"),
        ("a = " + "[" * 100_000, "the values are nested too deeply; use fewer brackets within brackets"),
    ],
    ids=["no-value", "end", "twice", "digits", "nesting"],
)
def test_syntax(text: str, problem: str) -> None:
    assert problems(lambda: parse_toml(text)) == [problem]


@given(st.text())
def test_syntax_is_total(text: str) -> None:
    try:
        wanted = tomllib.loads(text)
    except ValueError:
        assert problems(lambda: parse_toml(text))
    else:
        assert parse_toml(text) == wanted


class Square(msgspec.Struct, frozen=True, tag_field="shape", tag="square", forbid_unknown_fields=True):
    side: Annotated[float, msgspec.Meta(gt=0)]


class Disc(msgspec.Struct, frozen=True, tag_field="shape", tag="disc", forbid_unknown_fields=True):
    radius: float
    colour: Literal["red", "green"] = "red"


class Fence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    first: int
    last: int

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError("first is above last")


class Drawing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    shapes: list[Square | Disc]
    places: dict[str, Square] = {}
    fence: Fence | None = None
    labels: tuple[str, ...] = ()
    day: datetime.date | None = None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ([], ["this is a list; write a table"]),
        ({"shapes": [{"side": 1.0}]}, ["shapes[0].shape: missing key; add it: one of square, disc"]),
        (
            {"shapes": [{"shape": "disk", "radius": 1}]},
            ["shapes[0].shape: 'disk' is unknown; did you mean 'disc'?"],
        ),
        (
            {"shapes": [{"shape": "square", "side": 0}, {"shape": "disc", "radius": "1", "color": "red"}]},
            [
                "shapes[0].side: 0 is not possible here; write a number above 0",
                "shapes[1].color: unknown key; did you mean 'colour'?",
                "shapes[1].radius: '1' is text; write a number",
            ],
        ),
        (
            {"shapes": [], "places": {"at home": {"shape": "square", "side": "x"}}},
            ["places.\"at home\".side: 'x' is text; write a number above 0"],
        ),
        ({"shapes": [], "fence": {"first": 2, "last": 1}}, ["fence: first is above last; correct the value"]),
        ({"shapes": [], "labels": ["a", 1]}, ["labels[1]: 1 is a whole number; write text in quotes"]),
        ({"shapes": [], "day": True}, ["day: true is true or false; write a date without quotes, such as 2024-07-18"]),
    ],
    ids=["not-a-table", "no-tag", "unknown-tag", "members", "quoted-key", "own-rule", "tuple", "optional"],
)
def test_convert(data: object, expected: list[str]) -> None:
    assert problems(lambda: convert(data, Drawing)) == expected


def test_convert_begins_where_it_is_told() -> None:
    assert problems(lambda: convert({"shape": "square"}, Square, where="site.plan")) == [
        "site.plan.side: missing key; add it: a number above 0"
    ]


_DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["shapes", "shape", "side", "radius", "fence", "first", "last", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(_DATA)
def test_convert_is_total_and_accepts_what_msgspec_accepts(data: object) -> None:
    try:
        wanted = msgspec.convert(data, Drawing)
    except msgspec.ValidationError:
        assert problems(lambda: convert(data, Drawing))
    else:
        assert convert(data, Drawing) == wanted


@given(st.text(min_size=1))
def test_key_path_is_toml(key: str) -> None:
    written = join("", key)
    readable = key.isprintable()
    assert not readable or tomllib.loads(f"{written} = 1") == {key: 1}


def test_nearest_ignores_case() -> None:
    assert nearest("Title", ["title", "name"]) == "title"
    assert nearest("colour", ["title", "name"]) is None


def test_problem_without_a_place() -> None:
    assert str(Problem(where="", what="empty", fix="write something")) == "empty; write something"


def change(id: str, date: str, effective: str | None = None, *, day_known: bool = True) -> Change:
    return Change(
        id=id,
        summary="moved",
        date=datetime.date.fromisoformat(date),
        effective=datetime.date.fromisoformat(effective) if effective else None,
        day_known=day_known,
        mark="doc",
        source="DOC",
    )


HISTORY = History(
    schema=1,
    name="minimal",
    changes=[
        change("old", "2021-01-21"),
        change("later", "2021-03-25", "2021-05-08"),
        change("month", "2024-07-18", day_known=False),
        change("newest", "2024-08-01"),
    ],
)


@pytest.mark.parametrize(
    ("date", "ids"),
    [
        ("2024-08-02", []),
        ("2024-08-01", ["newest"]),
        ("2024-07-31", ["newest", "month"]),
        ("2021-05-09", ["newest", "month"]),
        ("2021-05-08", ["newest", "month", "later"]),
        ("2021-01-21", ["newest", "month", "later", "old"]),
    ],
)
def test_changes_since(date: str, ids: list[str]) -> None:
    assert [each.id for each in since(HISTORY, datetime.date.fromisoformat(date))] == ids

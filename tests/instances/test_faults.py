"""Faults are told in a planner's words, once a place, and are safe to show."""

import pickle
import time
from typing import Annotated, Any, Literal

import pytest
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
)

from gridblock.instances.document import parse
from gridblock.instances.faults import (
    Fault,
    InstanceError,
    described,
    did_you_mean,
    dotted,
    from_pydantic,
    shown,
)


def _shape(value: Any) -> str:
    return {list: "list", dict: "by period"}.get(type(value), "number")


Series = Annotated[
    Annotated[float, Field(strict=True, ge=0), Tag("number")]
    | Annotated[list[Annotated[float, Field(strict=True, ge=0)]], Tag("list")]
    | Annotated[dict[str, Annotated[float, Field(strict=True, ge=0)]], Tag("by period")],
    Discriminator(_shape),
]


def _no_blanks(name: str) -> str:
    if " " in name:
        message = "must not have blanks"
        raise ValueError(message)
    return name


class Record(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class BlockType(Record):
    accelerators: Annotated[int, Field(strict=True, ge=1, le=1000)]
    uses: dict[str, float] = {}
    cost_once: Series = 0.0
    zones: dict[Annotated[str, BeforeValidator(_no_blanks)], "BlockType"] = {}


class Link(Record):
    model_config = ConfigDict(title="link")

    name: Annotated[str, Field(min_length=1, max_length=5)] = "x"
    capacity: Literal["each_way", "shared"] = "shared"
    between: list[str] = []
    from_: Annotated[str, Field(alias="from")] = "a"
    whole: Annotated[bool, Field(strict=True)] = False
    share: int | list[int] | None = None


class Deal(Record):
    gridblock: Literal[1]
    blocks: dict[str, BlockType] = {}
    links: Annotated[list[Link], Field(min_length=1)] = [Link()]


def faults_of(text: str) -> list[str]:
    """Return the faults of a document by the classes above, as text."""
    document = parse(text, ".yaml", "deal.yaml")
    with pytest.raises(ValidationError) as caught:
        Deal.model_validate(document.data)
    found = from_pydantic(
        caught.value, document.data, Deal, file=document.file, place=document.place
    )
    return [str(fault).removeprefix("deal.yaml:") for fault in found]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("{}", ["1:1: gridblock: is required"]),
        ("gridblock: 2", ["1:12: gridblock: must be 1, not 2"]),
        (
            "gridblock: 1\nblock: {}",
            ["2:1: block: is not a field of a deal; did you mean 'blocks'?"],
        ),
        ("gridblock: 1\nzzz: {}", ["2:1: zzz: is not a field of a deal"]),
        (
            "gridblock: 1\nblocks:\n  su:\n    use: {racks: 1}\n    accelerators: 2.5",
            [
                "4:5: blocks.su.use: is not a field of a block type; did you mean 'uses'?",
                "5:19: blocks.su.accelerators: must be a whole number, not 2.5",
            ],
        ),
        (
            "gridblock: 1\nblocks: {su: {}}",
            ["2:10: blocks.su.accelerators: is required"],
        ),
        (
            "gridblock: 1\nblocks: {su: {accelerators: 0}}",
            ["2:29: blocks.su.accelerators: must be at least 1, not 0"],
        ),
        (
            "gridblock: 1\nblocks: {su: {accelerators: 1001}}",
            ["2:29: blocks.su.accelerators: must be at most 1000, not 1001"],
        ),
        (
            "gridblock: 1\nblocks: {su: {accelerators: 1, cost_once: abc}}",
            ["2:43: blocks.su.cost_once: must be a number, not the text 'abc'"],
        ),
        (
            "gridblock: 1\nblocks: {su: {accelerators: 1, cost_once: [1, x, -3]}}",
            [
                "2:47: blocks.su.cost_once[1]: must be a number, not the text 'x'",
                "2:50: blocks.su.cost_once[2]: must be at least 0, not -3",
            ],
        ),
        (
            # A period that is named like a branch of the union keeps its name.
            "gridblock: 1\nblocks: {su: {accelerators: 1, cost_once: {list: -1, 2026Q3: null}}}",
            [
                "2:50: blocks.su.cost_once.list: must be at least 0, not -1",
                "2:54: blocks.su.cost_once.2026Q3: must be a number, not empty (null)",
            ],
        ),
        (
            "gridblock: 1\nblocks: {su: {accelerators: 1, zones: {a b: {accelerators: 1}}}}",
            ["2:40: blocks.su.zones.'a b': its name must not have blanks"],
        ),
        (
            "gridblock: 1\nblocks: {su: {accelerators: 1, zones: {a: {zone: 1, accelerators: 1}}}}",
            ["2:44: blocks.su.zones.a.zone: is not a field of a block type; did you mean 'zones'?"],
        ),
        (
            "gridblock: 1\nblocks: 3",
            ["2:9: blocks: must be a mapping (name: value), not the number 3"],
        ),
        (
            "gridblock: 1\nblocks: {su: []}",
            ["2:14: blocks.su: must be a group of fields (name: value), not a list"],
        ),
        (
            "gridblock: 1\nlinks: [{capacity: both}]",
            ["2:20: links[0].capacity: must be one of 'each_way', 'shared', not 'both'"],
        ),
        (
            "gridblock: 1\nlinks: [{capacity: share}]",
            [
                "2:20: links[0].capacity: must be one of 'each_way', 'shared', not 'share'; "
                "did you mean 'shared'?"
            ],
        ),
        (
            "gridblock: 1\nlinks: [{form: a}]",
            ["2:10: links[0].form: is not a field of a link; did you mean 'from'?"],
        ),
        (
            "gridblock: 1\nlinks: [{name: true, whole: 1, between: memphis}]",
            [
                "2:16: links[0].name: must be text, not true; put quotes around it if it is a name",
                "2:29: links[0].whole: must be true or false, not the number 1",
                "2:41: links[0].between: must be a list, not the text 'memphis'",
            ],
        ),
        (
            "gridblock: 1\nlinks: [{name: ''}, {name: abcdef}]",
            [
                "2:16: links[0].name: must have 1 or more characters, not ''",
                "2:28: links[1].name: must have at most 5 characters, not 'abcdef'",
            ],
        ),
        (
            "gridblock: 1\nlinks: [{share: {}}]",
            ["2:17: links[0].share: must be a whole number or a list, not a mapping"],
        ),
        (
            # Only the branch that fails further inside is told, not that a list is no number.
            "gridblock: 1\nlinks: [{share: [1, {}]}]",
            ["2:21: links[0].share[1]: must be a whole number, not a mapping"],
        ),
        ("gridblock: 1\nlinks: []", ["2:8: links: must have 1 or more entries, not 0"]),
        (
            "gridblock: 1\nlinks: [{between: [007]}]",
            [
                "2:20: links[0].between[0]: must be text, not the number 007; "
                "put quotes around it if it is a name"
            ],
        ),
    ],
)
def test_pydantic_errors_become_faults_in_plain_words(text: str, faults: list[str]) -> None:
    assert faults_of(text) == faults


def test_faults_of_plain_data_have_paths_without_places() -> None:
    data = {"gridblock": 1, "blocks": {"su": {"accelerators": float("nan")}}}
    with pytest.raises(ValidationError) as caught:
        Deal.model_validate(data)
    assert [str(fault) for fault in from_pydantic(caught.value, data)] == [
        "blocks.su.accelerators: must be a whole number, not nan"
    ]


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (Fault(("a", "b"), "is wrong", "deal.yaml", 3, 5), "deal.yaml:3:5: a.b: is wrong"),
        (Fault(("a",), "is wrong", "deal.yaml"), "deal.yaml: a: is wrong"),
        (Fault((), "is empty", "deal.yaml", 1, 1), "deal.yaml:1:1: is empty"),
        (Fault(("demands", 2, "amount"), "is required"), "demands[2].amount: is required"),
        (Fault((), "is\nwrong\x1b[31m"), r"is\nwrong\x1b[31m"),
        (Fault(("\u202eabc",), "is wrong", "\x1b.yaml"), r"\x1b.yaml: \u202eabc: is wrong"),
    ],
)
def test_a_fault_is_one_line_of_what_is_known(fault: Fault, text: str) -> None:
    assert str(fault) == text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("facilities", "memphis", "zones", "hall-a"), "facilities.memphis.zones.hall-a"),
        (("a.b", "c d", ""), "'a.b'.'c d'.''"),
        ((0, "name"), "[0].name"),
        (("x" * 5_000_000,), "x" * 57 + "..."),
    ],
)
def test_paths_are_dotted_and_unambiguous(path: tuple[str | int, ...], text: str) -> None:
    assert dotted(path) == text


def test_what_does_not_print_is_shown_escaped_and_long_text_short() -> None:
    assert shown("a\nb\x00\u202e\u2028\ud800é") == r"a\nb\x00\u202e\u2028\ud800é"
    assert len(shown("x" * 5_000_000)) == 60


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "empty (null)"),
        (True, "true"),
        (5.0, "the number 5"),
        (0.25, "the number 0.25"),
        ("a'b", "the text 'a'b'"),
        ((1,), "a list"),
        ({}, "a mapping"),
        (b"", "a bytes"),
    ],
)
def test_values_are_described_in_plain_words(value: object, text: str) -> None:
    assert described(value) == text


def test_an_instance_error_lists_every_fault_and_travels_between_processes() -> None:
    error = InstanceError([Fault(("a",), "is wrong"), Fault(("b",), "is required")])
    assert str(error) == "a: is wrong\nb: is required"
    assert not isinstance(error, ValueError)
    assert pickle.loads(pickle.dumps(error)).faults == error.faults


def test_the_nearest_candidate_is_suggested_whatever_its_case() -> None:
    assert did_you_mean("rack", ["racks", "power_kw"]) == "; did you mean 'racks'?"
    assert did_you_mean("MEMPHIS", ["memphis"]) == "; did you mean 'memphis'?"
    assert did_you_mean("x", ["racks"]) == ""


def test_suggestions_cost_little_however_long_the_words_and_many_the_candidates() -> None:
    started = time.monotonic()
    assert did_you_mean("x" * 1_000_000, ["x" * 1_000_000]) == ""
    did_you_mean("abcabcabc" * 6, (f"abcabcabc{number:050}" for number in range(10**9)))
    assert time.monotonic() - started < 2

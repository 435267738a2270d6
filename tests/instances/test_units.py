"""Numbers with units: what each means in the unit of a field, exactly, and what is refused."""

import time
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridblock.instances.schema.fields import Fields
from gridblock.instances.schema.limits import counted_in
from gridblock.instances.schema.units import Unit, unit_of
from gridblock.instances.tables import layout, shapes
from gridblock.instances.units import convert, grammar
from gridblock.instances.units.convert import converted
from gridblock.instances.units.dialect import Dialect, unit_in_name
from gridblock.instances.units.written import UnitError

SECONDS = 5
DEMAND = Dialect(unit="H100e")
TOKENS = Dialect(unit="tokens/s")
PURE = {
    *("Fields.gridblock", "Calendar.count", "Zone.count", "Facility.pue", "Network.tunnels"),
    *("Demand.tier", "Demand.max_facilities"),
    *("Purchase.blocks", "Retirement.blocks", "Assigned.blocks", "LotOrder.lots"),
}
"""Numbers that are no more than that."""


def number(text: str, unit: str, dialect: Dialect = Dialect()) -> Fraction | None:  # noqa: B008
    return converted(text, Unit(unit), dialect)


def refusal(text: str, unit: str, dialect: Dialect = Dialect()) -> str:  # noqa: B008
    with pytest.raises(UnitError) as caught:
        number(text, unit, dialect)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("120 MW", "MW", "120"),
        ("120MW", "MW", "120"),
        (" 120  MW ", "MW", "120"),
        ("+1.2e2 MW", "MW", "120"),
        (".12 GW", "MW", "120"),
        ("10.2 kW", "MW", "0.0102"),
        ("0.35 MW", "kW", "350"),
        # A kilowatt-hour in an hour is a kilowatt, and a watt-second a joule: 3.6 MJ are 1 kWh.
        ("1 kWh/h", "kW", "1"),
        ("24 MWh/day", "MW", "1"),
        ("3.6 GJ", "MWh", "1"),
        ("900 GWh", "MWh", "900000"),
        # A byte has 8 bits; a kibibyte 1024 bytes.
        ("1.6 Tbps", "Gbps", "1600"),
        ("100 Gbit/s", "Gbps", "100"),
        ("100 Gb/s", "Gbps", "100"),
        ("1 GB/s", "Gbps", "8"),
        ("1 GBps", "Gbps", "8"),
        ("1 MiB/s", "Gbps", "0.008388608"),
        ("0.0125 s", "ms", "12.5"),
        ("12500 us", "ms", "12.5"),
        ("1 week", "h", "168"),
        ("30 days", "h", "720"),
        ("390 g/kWh", "kg/MWh", "390"),
        ("390 gCO2e/kWh", "kg/MWh", "390"),
        ("0.39 t CO2/MWh", "kg/MWh", "390"),
        # A pound is 0.45359237 kg.
        ("1000 lb/MWh", "kg/MWh", "453.59237"),
        ("70 %", "share", "0.7"),
        ("0.5%", "share", "0.005"),
        ("10 % a year", "share/year", "0.1"),
        ("10 %/a", "share/year", "0.1"),
        ("35.06 deg", "deg", "35.06"),
        ("35.06°", "deg", "35.06"),
        ("65 USD/MWh", "money/MWh", "65"),
        ("$0.065 /kWh", "money/MWh", None),
        ("0.065 $/kWh", "money/MWh", "65"),
        ("6.5 ct/kWh", "money/MWh", "65"),
        ("65 USD per MWh", "money/MWh", "65"),
        # 3.6 GJ are 1 MWh.
        ("18 USD/GJ", "money/MWh", "64.8"),
        ("-5 USD/MWh", "money/MWh", "-5"),
        ("9 MUSD", "money/block", "9000000"),
        ("9 M USD/block", "money/block", "9000000"),
        ("9 million USD", "money/block", "9000000"),
        ("1.2 bn USD", "money", "1200000000"),
        ("1.2bnUSD", "money", "1200000000"),
        ("50 kUSD/period", "money/period", "50000"),
        ("20 blocks", "blocks/period", "20"),
        ("512 USD/block/h", "money/block/h", "512"),
        ("512 USD/(block·h)", "money/block/h", "512"),
        ("512 USD/block-hour", "money/block/h", "512"),
        ("512 USD a block and hour", "money/block/h", "512"),
        ("2 Mbps", "Gbps/unit", "0.002"),
    ],
)
def test_a_number_is_converted_exactly(text: str, unit: str, value: str | None) -> None:
    assert number(text, unit) == (None if value is None else Fraction(value))


@pytest.mark.parametrize(
    ("text", "unit", "dialect", "value"),
    [
        # The unit of the demand, which may hold a stroke of its own.
        ("5 k H100e", "units", DEMAND, 5000),
        ("5000 units", "units", DEMAND, 5000),
        ("3 M tokens/s", "units", TOKENS, 3_000_000),
        ("2 USD/(tokens/s)/h", "money/unit/h", TOKENS, 2),
        ("2 USD/H100e/h", "money/unit/h", DEMAND, 2),
        ("48 USD/H100e/day", "money/unit/h", DEMAND, 2),
        ("2 USD/h", "money/unit/h", DEMAND, 2),
        ("1 H100e/GPU", "unit/accelerator", DEMAND, 1),
        ("1 GPU", "units", Dialect(unit="GPUs"), 1),
        # The name of a resource says its unit, or is it.
        ("0.35 MW", "resource/block", Dialect(resource="power_kw"), 350),
        ("500 kW", "resource/lot", Dialect(resource="power_mw"), Fraction(1, 2)),
        ("8 racks", "resource/block", Dialect(resource="racks"), 8),
        ("5 l/s", "resource", Dialect(resource="water_m3_per_h"), 18),
        ("2 high bays", "resource", Dialect(resource="high bays"), 2),
        # A period that is a quarter.
        ("2 quarters", "periods", Dialect(span="quarter"), 2),
        ("2 MUSD/quarter", "money/period", Dialect(span="quarter"), 2_000_000),
        ("10 %/year", "share/year", Dialect(span="year"), Fraction(1, 10)),
        # The currency may have a factor or be no usual one.
        ("9 MUSD", "money", Dialect(currency="MUSD"), 9),
        ("900 kUSD", "money", Dialect(currency="MUSD"), Fraction(9, 10)),
        ("65 €/MWh", "money/MWh", Dialect(currency="EUR"), 65),
        ("9 kcredits", "money", Dialect(currency="credits"), 9000),
        # What a limit counts, and the price of each unit of it.
        ("2 GWh", "measure", Dialect(measure=counted_in("power", "to_date", "")), 2000),
        ("2 block-days", "measure", Dialect(measure=counted_in("blocks", "horizon", "")), 48),
        ("10 kt", "measure", Dialect(measure=counted_in("carbon", "period", "")), 10_000),
        ("2 MUSD", "measure", Dialect(measure=counted_in("spend", "horizon", "")), 2_000_000),
        ("0.1 USD/kg", "money/measure", Dialect(measure="t"), 100),
    ],
)
def test_words_mean_what_the_instance_says(
    text: str, unit: str, dialect: Dialect, value: Fraction
) -> None:
    assert number(text, unit, dialect) == value


@pytest.mark.parametrize(
    "text",
    [
        *("120\u00a0MW", "120\u2009MW", "120\u202fMW", "120\u3000MW", "\u2212120 MW"),
        *("\uff11\uff12\uff10 \uff2d\uff37", "120 \u33bf", "120000 \u33be"),
    ],
)
def test_blanks_digits_and_signs_of_other_alphabets_are_read(text: str) -> None:
    assert abs(number(text, "MW") or 0) == 120


def test_both_letters_of_micro_are_read() -> None:
    assert number("12500 \u00b5s", "ms") == number("12500 \u03bcs", "ms") == Fraction("12.5")
    assert number("1 m\u00b2", "resource", Dialect(resource="floor_m2")) == 1


@given(st.decimals(min_value=0, max_value=10**9, places=9))
def test_a_value_is_the_decimal_written(value: Decimal) -> None:
    # 0.1 kW is 0.0001 MW, not 0.1 / 1000 in floating point, which may be off in the last digit.
    found = number(f"{value:f} kW", "MW") if value >= Decimal("1e-5") else Fraction(0)
    assert found == (Fraction(value) / 1000 if value >= Decimal("1e-5") else 0)


def test_the_nearest_number_is_the_one_that_the_decimal_reads_as() -> None:
    thousandths = [f"{i / 10:.1f}" for i in range(1, 2000)]
    assert [float(number(f"{t} kW", "MW") or 0) for t in thousandths] == [
        float(Decimal(t).scaleb(-3)) for t in thousandths
    ]
    # Floating point alone would be off for some.
    assert any(float(t) * 1e-3 != float(Decimal(t).scaleb(-3)) for t in thousandths)


@pytest.mark.parametrize(
    ("text", "unit", "message"),
    [
        ("120 MWh", "MW", "'120 MWh' is an energy; this field is in MW, a power"),
        ("120 MW", "money/MWh", "'120 MW' is a power; this field is in USD/MWh, money per energy"),
        ("65 USD/MW", "money/MWh", "'65 USD/MW' is money per power; this field is in USD/MWh"),
        ("100 GB", "Gbps", "'100 GB' is an amount of data; this field is in Gbps, a data rate"),
        ("120 MVA", "MW", "'120 MVA' is an apparent power; this field is in MW, a power"),
        ("70 %", "MW", "'70 %' is a share; this field is in MW, a power"),
        ("70 %", "blocks", "'70 %' is a share; this field is a number of blocks"),
        ("70 degrees", "share", "'70 degrees' is an angle; this field is a share"),
        ("1 bit", "share", "'1 bit' is an amount of data; this field is a share"),
        ("10 %/month", "share/year", "'10 %/month' is share per month; this field is a share a y"),
        ("1 year", "h", "'1 year' is a number of years; this field is in h, a time"),
        ("5 MW/MW", "MW", "'5 MW/MW' is power per power; this field is in MW, a power"),
        ("9 MUSD/lot", "money/block", "'9 MUSD/lot' is money per lot; this field is in USD/block"),
        ("5 USD/GPU-h", "money/block/h", "'5 USD/GPU-h' is money per accelerator and time; this"),
        # Another currency, and no rates of exchange.
        ("65 EUR/MWh", "money/MWh", "'65 EUR/MWh' is in EUR, and no rates of exchange to USD are"),
        ("9 kEUR", "money", "'9 kEUR' is in kEUR, and no rates of exchange to USD are known; this"),
        ("9 €", "money", "'9 €' is in €, and no rates of exchange to USD are known; this field is"),
        # A milliwatt is no megawatt, and what is written small may mean either.
        (
            "120 mW",
            "MW",
            "'120 mW' has the unit 'mW', which is not known; did you mean 'MW'?",
        ),
        (
            "120 mw",
            "MW",
            "'120 mw' has the unit 'mw', which is not known; did you mean 'MW'?",
        ),
        (
            "1 gbps",
            "Gbps",
            "'1 gbps' has the unit 'gbps', which is not known; did you mean 'Gbps",
        ),
        ("20 °C", "deg", "'20 °C' has the unit 'C', which is not known; this field is in deg, an"),
        ("20 degC", "deg", "'20 degC' has the unit 'degC', which is not known; did you mean 'deg"),
        ("5 barn", "MW", "'5 barn' has the unit 'barn', which is not known"),
        ("9 M", "money", "'9 M' has 'M' where a unit must stand; this field is in USD, money"),
        ("5 M MW", "MW", "'5 M MW' has 'M' where a unit must stand; this field is in MW, a power"),
        # Numbers that may mean two things.
        ("1,600 MW", "MW", "'1,600 MW' has a comma or blank in its number; write 1600 or 1.6"),
        ("1 600 MW", "MW", "'1 600 MW' has a comma or blank in its number; write 1600 or 1.6"),
        ("1_600 MW", "MW", "'1_600 MW' has a comma or blank in its number; write 1600 or 1.6"),
        ("1.6.5 MW", "MW", "'1.6.5 MW' has a comma or blank in its number; write 1600 or 1.6"),
        # Strokes with nothing above them: 0.1/year has no comma, and 5/h may be money or work.
        ("0.1 / year", "share/year", "'0.1 / year' has no unit between its number and '/'; write"),
        ("10 per h", "money/h", "'10 per h' has no unit between its number and '/'; write one, as"),
        # Brackets and strokes that lead nowhere.
        ("5 (MW", "MW", "'5 (MW' has a unit that cannot be read; this field is in MW, a power"),
        ("5 MW)", "MW", "'5 MW)' has a unit that cannot be read; this field is in MW, a power"),
        ("5 MW/", "MW", "'5 MW/' has a unit that cannot be read; this field is in MW, a power"),
        ("5 MW^2", "MW", "'5 MW^2' has a unit that cannot be read; this field is in MW, a power"),
        ("5 MW**2", "MW", "'5 MW**2' has a unit that cannot be read; this field is in MW, a power"),
        # Sizes beyond those that any number may have.
        ("1e999 MW", "MW", "is too large: numbers go up to 1e15"),
        ("1e9999 MW", "MW", "'1e9999 MW' is too large"),
        ("1e-9999 MW", "MW", "'1e-9999 MW' is too small"),
        ("1 MW", "resource", "'1 MW' is a power; this field is a number of racks"),
    ],
)
def test_what_a_field_cannot_have_is_refused(text: str, unit: str, message: str) -> None:
    assert refusal(text, unit, Dialect(resource="racks")).startswith(message)


def test_what_is_too_small_is_never_taken_for_0() -> None:
    assert refusal("1e-999 MW", "MW") == "'1e-999 MW' is too small in MW; write 0 if it is none"
    assert number("0 kW", "MW") == 0


def test_a_pure_number_has_no_unit() -> None:
    with pytest.raises(UnitError, match=r"has no unit; write a number alone, not '1\.2 MW'"):
        converted("1.2 MW", None, Dialect())
    # What a limit on spending costs for each unit of money that it is exceeded by is one, too.
    assert refusal("5 USD", "money/measure") == "has no unit; write a number alone, not '5 USD'"


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "MW", "abc", "350", "1e5", "-5", "1,5", "1 600", "2026-07-01", "12:30", "#REF!"),
        *("2**99999999 MW", "2 ** 9", "1/0 MW", "5*5 MW", "+-5 MW", "5 + 5 MW", "inf MW", "nan MW"),
        *("__import__('os') MW", "\u0661\u0662 MW", "\u00bd MW", "5 " + "M" * 1000, "9" * 10**6),
        *("5 " + "(" * 10**6, "5 MW" + " " * 10**6),
    ],
)
def test_what_is_no_number_with_a_unit_is_left_alone(text: str) -> None:
    start = time.process_time()
    assert number(text, "MW") is None
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize(
    "text",
    [
        *("5 " + "(" * 148, "5 " + "MW/" * 49, "9" * 140 + " MW", "0." + "0" * 130 + "1 MW"),
        *("1e" + "9" * 140 + " MW", "1e-" + "9" * 140 + " MW", "5 " + "MW-" * 48 + "MW"),
    ],
)
def test_hostile_text_is_refused_at_once(text: str) -> None:
    start = time.process_time()
    assert refusal(text, "MW")
    assert time.process_time() - start < SECONDS


@given(st.text(max_size=40), st.sampled_from(["MW", "money/unit/h", "share", "resource"]))
def test_any_text_is_a_number_or_refused(text: str, unit: str) -> None:
    for written in (text, f"5 {text}", f"5 MW{text}"):
        with suppress(UnitError):
            number(written, unit, Dialect(unit=text, resource=text, currency=text))


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        *(("power_kw", "kW"), ("grid_mw", "MW"), ("mw", "MW"), ("genset_gw", "GW")),
        *(("gas_kwh", "kWh"), ("uplink_gbps", "Gbps"), ("weight_t", "t"), ("floor_m2", "m2")),
        *(("water_m3_per_h", "m3/h"), ("water_l_per_s", "l/s"), ("gas_kg_per_block", "kg/block")),
        *(("racks", ""), ("power_kW", ""), ("mw_racks", ""), ("water_m3_per_x", ""), ("", "")),
    ],
)
def test_the_name_of_a_resource_may_end_in_its_unit(name: str, unit: str) -> None:
    assert unit_in_name(name) == unit


def _fields(model: shapes.Model, seen: set[str]) -> dict[str, Unit | None]:
    """Every field of the schema in which a number may stand, with its unit."""
    found: dict[str, Unit | None] = {}
    seen.add(model.__name__)
    for name, info in model.model_fields.items():
        at = [shapes.shape(info.annotation)]
        for each in at:
            at += [inner for inner in (each.items, each.values) if inner is not None]
            if each.number:
                found[f"{model.__name__}.{name}"] = unit_of(info)
            for inner in each.models:
                if inner.__name__ not in seen:
                    found |= _fields(inner, seen)
    return found


def test_every_number_declares_its_unit_or_has_none() -> None:
    units = _fields(Fields, set())
    inherited = {name for name in units if name.split(".")[0] == "Zone"} - PURE
    assert {name for name, unit in units.items() if unit is None} == PURE
    assert inherited
    assert len(units) > 60


def test_every_declared_unit_is_one_that_can_be_converted_to() -> None:
    dialect = Dialect(unit="H100e", span="quarter", resource="power_kw", measure="MWh")
    for name, unit in _fields(Fields, set()).items():
        if unit is not None:
            wanted = grammar.wanted(unit.text, dialect)
            assert convert._ratio(convert._pint(wanted), convert._pint(wanted)) == 1, name
            assert grammar.phrase(wanted)


def test_every_unit_that_a_workbook_shows_is_declared() -> None:
    # What stands below the heading of a column comes from the same declaration.
    from gridblock.instances.tables import guide

    facilities = layout.tables()["facilities"].shape
    assert guide.unit(facilities, ("energy_per_mwh",), "EUR") == "EUR/MWh"
    assert guide.unit(facilities, ("limits", "power_mw"), "EUR") == "MW"
    assert guide.unit(facilities, ("limits", "racks"), "EUR") == "number"
    assert guide.unit(layout.tables()["blocks"].shape, ("uses", "power_kw"), "EUR") == "kW"
    assert guide.unit(layout.tables()["demands"].shape, ("yields", "h100_mw"), "EUR") == (
        "units an accelerator"
    )

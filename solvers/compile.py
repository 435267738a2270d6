"""From a plain Pyomo model to one matrix, every row and column accounted for."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC
from pyomo.core.base import SortComponents
from pyomo.network import Port
from pyomo.repn import generate_standard_repn
from pyomo.repn.linear import LinearRepnVisitor
from pyomo.repn.util import VarRecorder, categorize_valid_components

from gridblock.solvers.extremes import refuse_extremes
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.naming import names
from gridblock.solvers.outcome import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from gridblock.solvers.change import Floats

HARMLESS = {
    pyo.Block,
    pyo.BuildAction,
    pyo.BuildCheck,
    pyo.Constraint,
    pyo.Expression,
    pyo.Objective,
    pyo.Param,
    pyo.RangeSet,
    pyo.Set,
    pyo.Suffix,
    pyo.Var,
    Port,
}
ORDER = SortComponents.deterministic


@dataclass(frozen=True, eq=False)
class Compiled:
    """A matrix and what its rows and columns are in the Pyomo model.

    Attributes:
        matrix: the model as a minimisation.
        columns: the variable of each column.
        rows: the constraint of each row.
        sense: 1 if the model minimises, -1 if it maximises and costs were negated.
    """

    matrix: Matrix
    columns: list[Any]
    rows: list[Any]
    sense: int

    @cached_property
    def column_number(self) -> dict[str, int]:
        """The column of each variable by name; made when first asked for."""
        return {name: at for at, name in enumerate(names(self.columns))}

    @cached_property
    def row_number(self) -> dict[str, int]:
        """The row of each constraint by name; made when first asked for."""
        return {name: at for at, name in enumerate(names(self.rows))}

    def validate(self) -> None:
        """Check the matrix, naming variables and constraints in the message.

        Raises:
            ModelError: naming the row or column at fault.
        """
        self.matrix.validate(
            lambda at: str(self.columns[at].name), lambda at: str(self.rows[at].name)
        )

    def load(self, values: Floats) -> None:
        """Give the model's variables their values; whole numbers where they are integer."""
        for variable, value in zip(self.columns, self.matrix.rounded(values).tolist(), strict=True):
            variable.set_value(value, skip_validation=True)

    def cost_sizes(self, parts: Iterable[Any]) -> Floats:
        """Sum the magnitudes of the coefficients of each column over the parts of a cost.

        Args:
            parts: linear expressions of the model that add up to its cost.
        """
        sizes, seen = np.zeros(len(self.columns)), dict[int, Any]()
        number = {id(variable): at for at, variable in enumerate(self.columns)}
        walk = LinearRepnVisitor({}, var_recorder=VarRecorder(seen, ORDER)).walk_expression
        for part in parts:
            linear = walk(part).linear
            at = np.fromiter(map(number.__getitem__, linear), dtype=np.int64, count=len(linear))
            sizes[at] += np.abs(np.fromiter(linear.values(), dtype=float, count=len(linear)))
        return sizes

    def linear(self, expression: Any) -> tuple[list[int], Sequence[float], float]:
        """Give columns, coefficients and constant of a linear expression of the model."""
        written = generate_standard_repn(expression, compute_values=True)
        columns = [self.column_number[variable.name] for variable in written.linear_vars]
        return columns, written.linear_coefs, written.constant

    def point(self, known: Mapping[str, float]) -> Floats:
        """Give values known by name of variable; shape (columns,), NaN for all others."""
        found = (known.get(name, np.nan) for name in names(self.columns))
        return np.fromiter(found, dtype=float, count=len(self.columns))

    def at(self, known: Iterable[tuple[Any, float]]) -> Floats:
        """Give values known of variables of the model; shape (columns,), NaN for all others."""
        values = {id(variable): value for variable, value in known}
        found = (values.get(id(variable), np.nan) for variable in self.columns)
        return np.fromiter(found, dtype=float, count=len(self.columns))

    def taken_over(self, values: Floats, other: Compiled) -> Floats:
        """Give values of another compilation of the same model in the order of this one's columns.

        Args:
            values: shape (columns of the other,).
            other: how the model was compiled then.

        Returns:
            Shape (columns,), NaN for variables that the other does not have.
        """
        if other is self:
            return values
        number = {id(variable): at for at, variable in enumerate(other.columns)}
        at = np.array([number.get(id(variable), -1) for variable in self.columns], dtype=int)
        taken: Floats = np.append(values, np.nan)[at]
        return taken


def compile_model(model: pyo.ConcreteModel) -> Compiled:
    """Compile a linear Pyomo model, in the order in which it was written.

    Every variable of an active block that is not fixed becomes a column, used or not; fixed ones go
    into the constants. A row without variables is left out if it holds and kept if it does
    not, so that the solver finds the contradiction.

    Args:
        model: linear or mixed-integer linear, with at most one active objective.

    Returns:
        The matrix with its columns and rows; it is not yet validated.

    Raises:
        ModelError: if a part of the model is not linear or of a kind not known here, or has a
            number that is too large or too small.
    """
    with PauseGC():
        _refuse_unknown(model)
        work = _Work({id(variable): variable for variable in _free_variables(model)})
        work.add_rows(model)
        found = _assembled(work, *work.objective(model))
        refuse_extremes(found.matrix, found.columns, found.rows, model)
        return found


@dataclass
class _Work:
    """The rows met so far; coefficients refer to variables by id until all are known."""

    variables: dict[int, Any]
    rows: list[Any] = field(default_factory=list)
    lower: array[float] = field(default_factory=lambda: array("d"))
    upper: array[float] = field(default_factory=lambda: array("d"))
    start: array[int] = field(default_factory=lambda: array("i", [0]))
    index: array[int] = field(default_factory=lambda: array("i"))
    value: array[float] = field(default_factory=lambda: array("d"))

    def __post_init__(self) -> None:
        self.number = {key: at for at, key in enumerate(self.variables)}
        visitor = LinearRepnVisitor({}, var_recorder=VarRecorder(self.variables, ORDER))
        self.walk: Callable[[Any], Any] = visitor.walk_expression

    def add_rows(self, model: pyo.ConcreteModel) -> None:
        constraints = model.component_data_objects(pyo.Constraint, active=True, sort=ORDER)
        for constraint in constraints:
            try:
                self.add_row(constraint)
            except ModelError:
                raise
            except Exception as error:
                message = f"constraint {constraint.name}: {error}"
                raise ModelError(message) from error

    def add_row(self, constraint: Any) -> None:
        lower, body, upper = constraint.to_bounded_expression(evaluate_bounds=True)
        if lower is None and upper is None:
            return
        constant, linear = self.linear(body, "constraint", constraint)
        low = -np.inf if lower is None else lower - constant
        high = np.inf if upper is None else upper - constant
        slack = 1e-9 * max(1.0, abs(constant))
        if not linear and low <= slack and high >= -slack:
            return
        self.rows.append(constraint)
        self.lower.append(low)
        self.upper.append(high)
        self.index.extend(self.numbers(linear))
        self.value.extend(linear.values())
        self.start.append(len(self.index))

    def linear(self, body: Any, what: str, owner: Any) -> tuple[float, dict[int, float]]:
        repn = self.walk(body)
        if repn.nonlinear is not None:
            message = f"{what} {owner.name} is not linear"
            raise ModelError(message)
        return float(repn.constant), repn.linear

    def numbers(self, linear: dict[int, float]) -> Iterator[int]:
        """Return the column numbers of a linear form; a variable met first here gets the next."""
        number = self.number
        if len(number) != len(self.variables):
            for key in self.variables:
                number.setdefault(key, len(number))
        return map(number.__getitem__, linear)

    def objective(self, model: pyo.ConcreteModel) -> tuple[int, dict[int, float], float]:
        """Return the sense, the cost by column and the offset, as a minimisation."""
        found = list(model.component_data_objects(pyo.Objective, active=True, sort=ORDER))
        if not found:
            return 1, {}, 0.0
        if len(found) > 1:
            message = f"more than one active objective: {', '.join(each.name for each in found)}"
            raise ModelError(message)
        sense = 1 if found[0].sense == pyo.minimize else -1
        try:
            constant, linear = self.linear(found[0].expr, "objective", found[0])
            cost = {at: sense * float(linear[key]) for at, key in self._pairs(linear)}
        except TypeError as error:
            message = f"objective {found[0].name}: {error}"
            raise ModelError(message) from error
        return sense, cost, sense * constant

    def _pairs(self, linear: dict[int, float]) -> Iterator[tuple[int, int]]:
        return zip(self.numbers(linear), linear, strict=True)


def _assembled(work: _Work, sense: int, cost: dict[int, float], offset: float) -> Compiled:
    """Put rows, columns and costs together as a matrix."""
    columns = list(work.variables.values())
    lower, upper, integer = _columns(columns)
    costs = np.zeros(len(columns))
    costs[list(cost)] = list(cost.values())
    matrix = Matrix(
        cost=costs,
        offset=offset,
        lower=lower,
        upper=upper,
        integer=integer,
        row_lower=np.array(work.lower),
        row_upper=np.array(work.upper),
        start=np.array(work.start),
        index=np.array(work.index),
        value=np.array(work.value),
    )
    return Compiled(matrix, columns, work.rows, sense)


def _columns(variables: list[Any]) -> tuple[Any, Any, Any]:
    """Return lower and upper bounds and which variables are integer."""
    whole: dict[int, bool] = {}
    lower, upper, integer = array("d"), array("d"), list[bool]()
    for variable in variables:
        low, high = variable.bounds
        lower.append(-np.inf if low is None else low)
        upper.append(np.inf if high is None else high)
        domain = id(variable.domain)
        if domain not in whole:
            whole[domain] = _is_whole(variable)
        integer.append(whole[domain])
    return np.array(lower), np.array(upper), np.array(integer, dtype=np.bool_)


def _is_whole(variable: Any) -> bool:
    if variable.is_integer():
        return True
    if variable.is_continuous():
        return False
    message = f"variable {variable.name}: its domain {variable.domain} is neither real nor integer"
    raise ModelError(message)


def _free_variables(model: pyo.ConcreteModel) -> Iterator[Any]:
    for variable in model.component_data_objects(pyo.Var, active=True, sort=ORDER):
        if not variable.fixed:
            yield variable


def _refuse_unknown(model: pyo.ConcreteModel) -> None:
    """Refuse components that would change what the model means and cannot go into a matrix."""
    _, unknown = categorize_valid_components(model, active=True, sort=ORDER, valid=HARMLESS)
    for kind, found in unknown.items():
        message = f"{found[0].name}: a {kind.__name__} cannot be handed to the solver as it is"
        raise ModelError(message)

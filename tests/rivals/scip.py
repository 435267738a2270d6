"""The plain program of a whole instance in the hands of a second solver: SCIP."""

from typing import Any

import pyscipopt

from rivals.mip import Mip, Sum

TOLERANCE = 1e-9


class ScipMip(Mip):
    """A mixed-integer program that SCIP solves."""

    def _solve(
        self, cost: Sum, upper: list[float], lower: list[float], whole: list[bool]
    ) -> tuple[float, list[float]] | None:
        model = pyscipopt.Model()
        model.hideOutput()
        model.setParam("numerics/feastol", TOLERANCE)
        model.setParam("limits/gap", 0.0)
        model.setParam("limits/absgap", 0.0)
        size = max([1.0, *(abs(float(value)) for value in cost.terms.values())])
        variables = [
            model.addVar(lb=low, ub=None if high > 1e20 else high, vtype="I" if int_ else "C")
            for low, high, int_ in zip(lower, upper, whole, strict=True)
        ]
        for row, equal in self.rows:
            self._keep(model, variables, row, equal=equal)
        costs = pyscipopt.quicksum(float(v) / size * variables[n] for n, v in cost.terms.items())
        model.setObjective(costs, "minimize")
        model.optimize()
        if model.getStatus() == "infeasible":
            return None
        assert model.getStatus() == "optimal", model.getStatus()
        values = [model.getVal(variable) for variable in variables]
        return size * model.getObjVal() + float(cost.constant), values

    def _keep(self, model: Any, variables: list[Any], row: Sum, *, equal: bool) -> None:
        terms = {name: float(value) for name, value in row.terms.items() if value}
        right = float(-row.constant)
        if not terms:
            if right < -TOLERANCE or (equal and right > TOLERANCE):
                model.addCons(0 * variables[0] <= -1)
            return
        scale = max(abs(value) for value in terms.values())
        left = pyscipopt.quicksum(value / scale * variables[n] for n, value in terms.items())
        model.addCons(left == right / scale if equal else left <= right / scale)

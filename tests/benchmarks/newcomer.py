"""The same population dynamics as a newcomer to Mesa would write them first: one object and one method per decision.

Firms win orders in proportion to their capability, hire, grow and close; people look for work, change jobs and leave;
adopters take the technology up from each other; start-ups and graduates come every quarter.  The rates are those of the
baseline in round figures.  There is no money, no region and no policy: it does far less than the economy it is set
against, and is here for what the objects alone cost.
"""

from __future__ import annotations

import math

import mesa

# A quarter, as shares of those concerned; roughly what the baseline does.
ENTRY, CLOSING, QUITTING, LEAVING, GRADUATING = 0.03, 0.01, 0.03, 0.01, 0.042
ADOPTION, IMITATION = 0.005, 0.05
FIRST_ADOPTERS = 0.1
SIZE = 15.0  # staff that orders of one unit ask for


class Firm(mesa.Agent):
    """A firm with a capability, orders and staff."""

    def __init__(self, model: Economy) -> None:
        super().__init__(model)
        self.capability = math.exp(self.model.rng.normal(0.0, 0.5))
        self.age = 0
        self.orders = 1.0
        self.staff = 0

    def improve(self) -> None:
        """Research makes the firm a little better, now and then."""
        self.age += 1
        if self.model.rng.random() < 0.2:
            self.capability *= 1.0 + 0.05 * self.model.rng.random()

    def sell(self) -> None:
        """Win a share of all orders in proportion to capability."""
        self.orders += 0.25 * (self.model.demand * self.capability / self.model.strength - self.orders)

    def posts(self) -> int:
        """Posts that are open."""
        return max(0, round(SIZE * self.orders) - self.staff)

    def close_or_go_on(self) -> None:
        """Young and small firms close more often."""
        if self.model.rng.random() < CLOSING * (2.0 if self.age < 12 else 0.5) / max(self.orders, 0.1) ** 0.2:
            self.model.closed.append(self)


class Person(mesa.Agent):
    """Somebody with a skill and perhaps an employer."""

    def __init__(self, model: Economy) -> None:
        super().__init__(model)
        self.skill = self.model.rng.normal()
        self.wage = 0.3
        self.employer: Firm | None = None

    def look_for_work(self) -> None:
        """Leave the field, quit, or take an open post."""
        draw = self.model.rng.random()
        if draw < LEAVING:
            self.quit()
            self.remove()
        elif self.employer is None:
            self.take_a_post()
        elif draw < LEAVING + QUITTING:
            self.quit()
            self.take_a_post()

    def quit(self) -> None:
        """Leave the employer."""
        if self.employer is not None:
            self.employer.staff -= 1
            self.employer = None

    def take_a_post(self) -> None:
        """Start at a firm that has an open post."""
        if self.model.openings:
            self.employer = self.model.openings.pop()
            self.employer.staff += 1
            self.wage = 0.3 * math.exp(0.1 * self.skill) * (1.0 + 0.1 * self.employer.capability)


class Adopter(mesa.Agent):
    """An organisation that may use the technology, and how deeply."""

    def __init__(self, model: Economy) -> None:
        super().__init__(model)
        self.threshold = self.model.rng.random()
        self.depth = 0.1 if self.model.rng.random() < FIRST_ADOPTERS else 0.0

    def decide(self) -> None:
        """Adopt by own interest or by imitation; deepen afterwards."""
        if self.depth > 0.0:
            self.depth = min(1.0, self.depth + 0.02)
        elif self.model.rng.random() < (ADOPTION + IMITATION * self.model.adoption_rate) * 2.0 * (1.0 - self.threshold):
            self.depth = 0.1


class Economy(mesa.Model):
    """Firms, people and adopters.

    Parameters
    ----------
    firms, people, adopters : int
        How many there are at the start.
    seed : int
        Seed of the random numbers.
    """

    def __init__(self, firms: int, people: int, adopters: int, seed: int = 1) -> None:
        super().__init__(rng=seed)
        self.adoption_rate = FIRST_ADOPTERS
        self.closed: list[Firm] = []
        for _ in range(firms):
            Firm(self)
        for _ in range(adopters):
            Adopter(self)
        self.openings: list[Firm] = []
        for _ in range(people):
            Person(self)
        self.datacollector = mesa.DataCollector({
            "adoption_rate": "adoption_rate",
            "revenue": lambda model: sum(model.agents_by_type[Firm].get("orders")),
            "wage": lambda model: sum(model.agents_by_type[Person].get("wage")) / len(model.agents_by_type[Person]),
        })  # fmt: skip

    def step(self) -> None:
        """One quarter."""
        self.agents_by_type[Adopter].do("decide")
        depths = self.agents_by_type[Adopter].get("depth")
        self.adoption_rate = sum(depth > 0.0 for depth in depths) / len(depths)
        self.demand = (1.0 + sum(depths) / len(depths)) * len(self.agents_by_type[Firm])
        self.strength = sum(self.agents_by_type[Firm].get("capability"))
        self.agents_by_type[Firm].do("sell")
        self.agents_by_type[Firm].do("improve")
        self.openings = [firm for firm in self.agents_by_type[Firm] for _ in range(firm.posts())]
        self.rng.shuffle(self.openings)
        self.agents_by_type[Person].do("look_for_work")
        self.close_firms()
        for _ in range(self.rng.poisson(ENTRY * len(self.agents_by_type[Firm]))):
            Firm(self)
        for _ in range(self.rng.poisson(GRADUATING * len(self.agents_by_type[Person]))):
            Person(self)
        self.datacollector.collect(self)

    def close_firms(self) -> None:
        """Firms that close let their people go."""
        self.closed = []
        self.agents_by_type[Firm].do("close_or_go_on")
        gone = set(self.closed)
        for person in self.agents_by_type[Person]:
            if person.employer in gone:
                person.employer = None
        for firm in self.closed:
            firm.remove()

"""Names and codes of the plain reference, from the table of dimensions."""

from __future__ import annotations

from simulation.inputs.dimensions import index, members, note, size

REGIONS, SECTORS, SEGMENTS, PRODUCTS = (range(size(name)) for name in ("region", "sector", "segment", "product"))
TIERS, LAYERS, CHANNELS, FIELDS = (range(size(name)) for name in ("tier", "layer", "channel", "field"))
THEORIES, SIZE_CLASSES = (range(size(name)) for name in ("theory", "size_class"))
ACCOUNTS, FLOWS, CHANNEL_NAMES = members("account"), members("flow"), members("channel")

# Kinds of firms, stages of funding, doors of entry.
START_UP, INCUMBENT = 0, 1
UNFUNDED, ANGEL, EARLY, LATE, LISTED = range(5)
FOUNDING, SPIN_OFF, CONVERSION = 1, 2, 3
# What people are when no firm employs them; their tiers.
SEEKING, ACADEMIA, OVERSEAS = -1, -2, -3
TOP, RESEARCHER, ENGINEER, APPLIED = range(4)
# Elasticity of a person's pay with respect to skill.
SKILL_PAY = 0.3

# Segment and layer of each product; sectors that buy from budgets.
PRODUCT_SEGMENT = [index("segment", note("product", name).split(";")[0].strip()) for name in members("product")]
PRODUCT_LAYER = [index("layer", note("product", name).split(";")[1].strip()) for name in members("product")]
IS_BUDGET_SECTOR = ["budget demand" in note("sector", name) for name in members("sector")]

IS_HOUSEHOLD_SECTOR = ["household demand" in note("sector", name) for name in members("sector")]
# Fields of the open platforms in the order of the first national ones: speech and language, vision, driving, city.
FIELD_ORDER = [
    index("field", name)
    for name in (
        "nlp", "cross_media_reasoning", "autonomous_systems", "knowledge_computing", "ai_chips", "hybrid_architecture",
        "swarm_tech", "vr_modelling",
    )
]  # fmt: skip

# Buyers are the sectors, then core firms, then the rest of the world; a cell is a buyer of a product.
CORE_BUYER, ABROAD_BUYER = size("sector"), size("sector") + 1
BUYERS = range(size("sector") + 2)
CELLS = range(len(BUYERS) * len(PRODUCTS))


def cell_of(buyer: int, product: int) -> int:
    """Number of the cell in which a buyer buys a product."""
    return buyer * len(PRODUCTS) + product


def buyer_of(cell: int) -> int:
    """Buyer of a cell."""
    return cell // len(PRODUCTS)


def product_of(cell: int) -> int:
    """Product of a cell."""
    return cell % len(PRODUCTS)

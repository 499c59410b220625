"""Computes bills a second time, independently of the Rust code, and compares every line.

Usage: python3 recompute.py CASES.json. A case has prices (key, tiers), allowances (keys, quantity) and a bill made by
velure-cost. Exact fractions from the quantities to the amounts; standard library only. Exit code 1 names each
difference of more than a thousandth of a millionth of a dollar.
"""

import json
import sys
from fractions import Fraction

TOLERANCE = Fraction(1, 10**9)


def charge(tiers, quantity):
    """What the quantity costs, tier by tier from the top."""
    amount = Fraction(0)
    for tier in sorted(tiers, key=lambda tier: -Fraction(tier["from"])):
        start = Fraction(tier["from"])
        if quantity > start:
            amount += (quantity - start) * Fraction(tier["usd"])
            quantity = start
    return amount


def faults(case):
    """Every difference between the bill and this calculation, as text."""
    bill, name = case["bill"], case["name"]
    prices = {price["key"]: price["tiers"] for price in case["prices"]}
    quantities = {}
    for line in bill["lines"]:
        for part in line["parts"]:
            key = line["key"]
            quantities[key] = quantities.get(key, Fraction(0)) + Fraction(part["quantity"])
    left = dict(quantities)
    for allowance in case["allowances"]:
        free = Fraction(allowance["quantity"])
        for key in allowance["keys"]:
            used = min(free, left.get(key, Fraction(0)))
            free -= used
            if key in left:
                left[key] -= used
    total, unknown = Fraction(0), []
    for line in bill["lines"]:
        key, tiers = line["key"], prices[line["key"]]
        if tiers is None:
            unknown.append(key)
            if line["amount"] is not None:
                yield f"{name}: {key}: an amount without a price"
            continue
        amount = charge(tiers, left[key])
        total += amount
        if line["amount"] is None or abs(Fraction(line["amount"]) - amount) > TOLERANCE:
            yield f"{name}: {key}: {line['amount']}, recomputed {float(amount)}"
    if abs(Fraction(bill["total"]) - total) > TOLERANCE * max(1, len(bill["lines"])):
        yield f"{name}: total {bill['total']}, recomputed {float(total)}"
    if sorted(unknown) != sorted(bill["unknown"]):
        yield f"{name}: unknown prices {bill['unknown']}, recomputed {unknown}"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = json.load(file)
    found = [fault for case in cases for fault in faults(case)]
    for fault in found:
        print(fault)
    lines = sum(len(case["bill"]["lines"]) for case in cases)
    print(f"{len(cases)} bills, {lines} lines, {len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

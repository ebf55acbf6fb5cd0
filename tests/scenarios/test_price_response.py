"""Estimated price response: the truth of simulated sales is found, prices are read right, errors are clear."""

import numpy as np
import pandas as pd
import pytest

from scenarios.price_response import (
    StatisticsMissingError,
    estimate,
    panel,
    period_factor_rows,
    regression,
    regular_prices,
    response_rows,
)
from scenarios.price_response.held_back import hold_back
from scenarios.price_response.regression import pooled

ELASTICITY = {"tea": -0.8, "soap": -1.6, "wine": -2.4}
MAILER_EFFECT = 0.5
SEASON = 1 + 0.4 * np.sin(np.arange(40))


def _simulated(seed=0, *, products=12, zones=3, discounts=0.3):
    """Sales with known truth: advertised discounts, a season, overdispersed units, prices known in every week."""
    draw = np.random.default_rng(seed)
    shape = (len(ELASTICITY) * products, zones, len(SEASON))
    product, zone, week = (index.ravel() for index in np.indices(shape))
    category = np.array(list(ELASTICITY))[product // products]
    # The chain discounts in all zones alike, and mostly what it advertises.
    discounted = draw.random((shape[0], shape[2])) < discounts
    depth = np.where(discounted, draw.uniform(0.1, 0.5, discounted.shape), 0.0)
    mailer = (draw.random(discounted.shape) < np.where(discounted, 0.6, 0.05)).astype(float)
    regular = draw.uniform(2, 9, shape[0])
    log_ratio = np.log1p(-depth)[product, week]
    effect = np.array([ELASTICITY[name] for name in category]) * log_ratio + MAILER_EFFECT * mailer[product, week]
    mean = draw.gamma(2, 3, shape[:2])[product, zone] * SEASON[week] * np.exp(effect)
    return pd.DataFrame(
        {
            "product": product,
            "category": category,
            "zone": zone,
            "week": week + 7,
            "units": draw.poisson(mean * draw.gamma(10, 0.1, len(mean))),
            "price": regular[product] * np.exp(log_ratio),
            "regular_price": regular[product],
            "mailer": mailer[product, week],
        }
    )


@pytest.mark.parametrize("seed", range(3))
def test_intervals_cover_the_truth(seed):
    found = estimate(_simulated(seed, products=20), ["mailer"]).categories.set_index("category")
    for category, truth in ELASTICITY.items():
        row = found.loc[category]
        # Three standard errors: 36 comparisons at 95 % each would not all hold.
        assert abs(row["own_elasticity"] - truth) < 3 * row["own_std"]
        assert abs(row["elasticity"] - truth) < 3 * row["elasticity_std"]
        assert row["own_std"] < 0.2
        assert abs(row["effect_mailer"] - MAILER_EFFECT) < 3 * row["effect_std_mailer"]
        assert 0.05 < row["dispersion"] < 0.2


def test_errors_are_as_large_as_estimates_vary():
    """Over repeated histories the standard error says how far estimates are from the truth, with few products too."""
    histories = [_simulated(seed, products=9, zones=2) for seed in range(100, 116)]
    rows = pd.concat([estimate(sales, ["mailer"]).categories for sales in histories])
    score = (rows["own_elasticity"] - rows["category"].map(ELASTICITY)) / rows["own_std"]
    assert 0.7 < np.sqrt((score**2).mean()) < 1.3
    assert (np.abs(score) < 1.96).mean() > 0.85


def test_seasons_are_found():
    response = estimate(_simulated(products=40), ["mailer"])
    season = response.seasons.pivot(index="week", columns="category", values="factor")
    truth = SEASON / SEASON.mean()
    assert np.abs(season.sub(truth, axis=0)).to_numpy().max() < 0.15
    rows = period_factor_rows(response, [[7, 8], [9, 10]])
    tea = rows[rows["category"] == "tea"].set_index("period")["factor"]
    assert tea[1] == pytest.approx(season["tea"].loc[[7, 8]].mean(), abs=1e-4)
    assert list(rows.columns) == ["category", "period", "factor"]
    assert len(rows) == 2 * len(ELASTICITY)


def test_what_is_advertised_seems_more_elastic_without_saying_so():
    sales = _simulated(products=20)
    assert estimate(sales).overall["elasticity"] < estimate(sales, ["mailer"]).overall["elasticity"] - 0.2


def test_absorbed_effects_are_those_of_the_full_regression():
    """Estimate and robust error equal those of the statistics library with a column for every cell and week."""
    sm = pytest.importorskip("statsmodels.api")
    sales = _simulated(products=5, zones=2)
    sales = sales[sales["category"] == "soap"]
    cell = sales.groupby(["product", "zone"]).ngroup().to_numpy()
    week, product = sales["week"].to_numpy() - 7, sales["product"].to_numpy()
    drivers = np.column_stack([np.log(sales["price"] / sales["regular_price"]), sales["mailer"]])
    units = sales["units"].to_numpy(dtype=float)
    dummies = np.hstack([cell[:, None] == np.arange(10), week[:, None] == np.arange(1, 40)])
    full = sm.GLM(units, np.hstack([drivers, dummies]), family=sm.families.Poisson()).fit(
        cov_type="cluster", cov_kwds={"groups": product, "use_correction": False}
    )
    fit = regression.fit_counts(units, drivers, cell, week, product)
    assert fit.effect == pytest.approx(full.params[:2], abs=1e-6)
    # Five clusters: the library's small-sample factors count the columns it sees, so compare without them.
    groups, n = 5, len(units)
    correction = groups / (groups - 1) * (n - 1) / (n - 2)
    assert np.diag(fit.covariance) / correction == pytest.approx(np.diag(full.cov_params())[:2], rel=1e-4)


def test_pooling_moves_uncertain_estimates_most():
    groups, centre, error = pooled(np.array([-1.0, -2.0, -4.0]), np.array([0.1, 0.1, 1.5]))
    moved = np.abs(groups["effect"] - [-1.0, -2.0, -4.0])
    assert moved[2] > 10 * moved[:2].max()
    assert -3 < groups["effect"][2] < -1.2
    assert (groups["error"] <= [0.1001, 0.1001, 1.5]).all()
    assert -2 < centre < -1
    assert error > groups["error"][:2].max()


def test_a_group_that_was_not_seen_takes_the_common_effect():
    groups, centre, error = pooled(np.array([-1.0, -2.0, 0.0]), np.array([0.1, 0.1, 0.0]))
    assert groups["effect"][2] == pytest.approx(centre)
    assert groups["error"][2] == pytest.approx(error)


def test_table_rows_name_every_category_and_all_others():
    response = estimate(_simulated(), ["mailer"])
    rows = response_rows(response)
    assert sorted(rows["category"]) == ["", *sorted(ELASTICITY)]
    assert (rows["elasticity"] <= 0).all()
    assert (rows["elasticity_std"] > 0).all()


def test_regular_prices_are_inferred_from_a_mostly_discounted_history():
    sales = _simulated(discounts=0.5)
    inferred = regular_prices(sales)
    assert inferred == pytest.approx(sales["regular_price"].to_numpy())
    week = pd.DataFrame({"product": 1, "week": range(60), "price": [5.0] * 30 + [4.0] * 30})
    assert (regular_prices(week)[[0, 30, 59]] == [5.0, 5.0, 4.0]).all()


def test_held_back_weeks_are_predicted():
    response, found = hold_back(_simulated(products=20), ["mailer"], 10)
    assert found.weeks == (37, 46)
    total = found.depths.set_index("discount").loc["all"]
    assert total["controls"] == pytest.approx(total["sold"], rel=0.1)
    deep = found.depths.set_index("discount").loc["over 40%"]
    assert abs(deep["controls"] / deep["sold"] - 1) < 0.2
    assert deep["without"] < 0.6 * deep["sold"]
    assert total["error_controls"] < total["error_price"] < total["error_without"]
    held = found.intervals.set_index("discount").loc["all"]
    assert abs(held["held"] - held["meant"]) < 0.06
    assert found.agreeing <= found.compared == len(response.categories)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.assign(price=s["regular_price"]), "none of 4,320 rows has a price below its regular price"),
        (lambda s: s.drop(columns="price"), "column 'price' is missing"),
        (lambda s: s.assign(price=0.0), "product 0, zone 0, week 7: price is 0.0, must be above 0"),
        (lambda s: s.assign(units=-1), "units is -1, must be 0 or more"),
        (lambda s: pd.concat([s, s.iloc[:1]]), r"must be once per product and zone \(1 such rows\)"),
        (lambda s: s.assign(mailer=np.nan), "mailer is nan, must be a number in every row"),
        (lambda s: s[s["product"] % 12 < 5], "no category has 8 products and 50 discounted rows"),
    ],
)
def test_wrong_histories_are_told_what_is_wrong(change, message):
    with pytest.raises(ValueError, match=message):
        estimate(change(_simulated()), ["mailer"])


def test_without_the_library_the_message_says_how_to_install_it(monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(regression, "import_module", missing)
    with pytest.raises(StatisticsMissingError, match=r"pip install 'counterpoise\[estimate\]'"):
        estimate(_simulated())


def test_too_many_weeks_held_back():
    with pytest.raises(ValueError, match="holdout 30: 10 weeks remain"):
        hold_back(_simulated(), ["mailer"], 30)


def test_price_of_a_zone_is_what_other_zones_paid():
    """What a zone sold does not decide whether its price is known."""
    lines = pd.DataFrame(
        {
            "product_id": [7, 7, 7, 9],
            "zone": ["Z1", "Z1", "Z2", "Z1"],
            "week": [2, 3, 3, 4],
            "price": [5.0, 4.0, 4.5, 1.0],
            "regular_price": [5.0, 5.0, 5.0, 2.0],
        }
    )
    price, regular = panel._prices_elsewhere(lines, np.array([7, 9]), np.array(["Z1", "Z2"], dtype=object))
    assert price[0, 0, 1] == 4.5
    assert list(price[0, 1, :2]) == [5.0, 4.0]
    assert (price[1, 1, 2], regular[1, 1, 2]) == (1.0, 2.0)
    assert np.count_nonzero(np.isfinite(price)) == 4


def test_zones_are_stores_with_the_same_households():
    visits = np.repeat([[1, 10], [1, 11], [2, 10], [2, 11], [3, 20], [3, 21], [4, 20], [4, 21], [4, 11]], 500, axis=0)
    lines = pd.DataFrame(visits, columns=["household_id", "store_id"]).assign(basket_id=range(len(visits)))
    zones = panel.store_zones(lines)
    assert zones.to_dict() == {10: "Z1", 11: "Z1", 20: "Z2", 21: "Z2"}
    assert panel.store_zones(lines[lines["store_id"] != 20]).index.tolist() == [10, 11, 21]

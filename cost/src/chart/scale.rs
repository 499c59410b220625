//! From values to positions, and where the marks of an axis are.

/// An axis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    logarithmic: bool,
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// From nought, or below it, to a round number that is not below `high`.
    pub(super) fn linear(low: f64, high: f64, from: f64, to: f64) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        let step = step(high - low);
        Self {
            logarithmic: false,
            low: (low / step).floor() * step,
            high: (high / step).ceil() * step,
            from,
            to,
        }
    }

    /// Between two powers of ten.
    pub(super) fn logarithmic(low: f64, high: f64, from: f64, to: f64) -> Self {
        let low = low.max(1e-9).log10();
        let high = high.max(1e-9).log10();
        // A value that is a power of ten but for its last bit is one.
        let low = (low + 1e-9).floor();
        let high = (high - 1e-9).ceil().max(low + 1.0);
        Self {
            logarithmic: true,
            low: 10.0_f64.powf(low),
            high: 10.0_f64.powf(high),
            from,
            to,
        }
    }

    pub(super) fn at(self, value: f64) -> f64 {
        let part = if self.logarithmic {
            (value.max(self.low) / self.low).log10() / (self.high / self.low).log10()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        self.from + part.clamp(0.0, 1.0) * (self.to - self.from)
    }

    /// Powers of ten, or round steps.
    pub(super) fn ticks(self) -> Vec<f64> {
        let mut ticks = Vec::new();
        if self.logarithmic {
            let mut power = self.low.log10().round();
            while power <= self.high.log10() + 0.01 {
                ticks.push(10.0_f64.powf(power));
                power += 1.0;
            }
        } else {
            let step = step(self.high - self.low);
            let mut tick = self.low;
            while tick <= self.high + step / 2.0 {
                ticks.push(tick);
                tick += step;
            }
        }
        ticks
    }
}

/// A round step of which four to eight fit.
fn step(span: f64) -> f64 {
    let rough = span / 6.0;
    let power = 10.0_f64.powf(rough.log10().floor());
    let round = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|round| round * power >= rough)
        .unwrap_or(10.0);
    round * power
}

/// 1234567 as `1.2M`: for the marks of an axis.
#[must_use]
pub fn short(number: f64) -> String {
    for (unit, letter) in [(1e9, "B"), (1e6, "M"), (1e3, "k")] {
        if number >= unit * 0.9995 {
            let digits = number / unit;
            let text = if digits >= 99.95 || (digits - digits.round()).abs() < 0.05 {
                format!("{digits:.0}")
            } else {
                format!("{digits:.1}")
            };
            return format!("{text}{letter}");
        }
    }
    if number.abs() >= 10.0 || (number - number.round()).abs() < 1e-9 {
        format!("{number:.0}")
    } else {
        let places = (0..6)
            .find(|places| {
                let scaled = number * 10.0_f64.powi(*places);
                scaled.abs() >= 0.9995 && (scaled - scaled.round()).abs() < 0.05
            })
            .unwrap_or(6);
        format!(
            "{number:.places$}",
            places = usize::try_from(places).unwrap_or(6)
        )
    }
}

/// An amount for the marks of an axis.
#[must_use]
pub fn money(usd: f64) -> String {
    if usd < 0.0 {
        format!("-${}", short(-usd))
    } else {
        format!("${}", short(usd))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_an_axis_are_short_and_exact() {
        for (number, text) in [
            (100_000.0, "100k"),
            (1e9, "1B"),
            (1_234_567.0, "1.2M"),
            (0.01, "0.01"),
            (0.0, "0"),
            (250.0, "250"),
            (2.5, "2.5"),
            (99_999_999.999, "100M"),
        ] {
            assert_eq!(short(number), text);
        }
        assert_eq!(money(0.001), "$0.001");
    }

    #[test]
    fn a_logarithmic_axis_has_a_mark_at_each_power_of_ten() {
        let scale = Scale::logarithmic(33.0, 11_422.0, 0.0, 100.0);
        let ticks: Vec<String> = scale.ticks().into_iter().map(short).collect();
        assert_eq!(ticks, ["10", "100", "1k", "10k", "100k"]);
        assert!((scale.at(1000.0) - 50.0).abs() < 1e-9);
        assert_eq!(Scale::logarithmic(1e5, 1e9, 0.0, 1.0).ticks().len(), 5);
    }

    #[test]
    fn a_linear_axis_covers_its_values_with_round_steps() {
        let scale = Scale::linear(0.0, 362.0, 0.0, 100.0);
        assert_eq!(scale.ticks(), [0.0, 100.0, 200.0, 300.0, 400.0]);
        assert!((scale.at(400.0) - 100.0).abs() < 1e-9);
    }
}

//! Times as counts in fixed buckets, each 2^(1/8) times as long as the one before: mergeable over hours and streams, with a
//! stated error.
//!
//! Guarantee: a quantile read from the buckets differs from the true one by at most [`ERROR`] of it, from a millisecond to
//! 30 days; what is shorter counts as one millisecond, what is longer as 30 days.

/// Buckets in a doubling.
const STEPS: f64 = 8.0;
/// The longest time that is told from longer ones: 30 days.
const LONGEST_MS: i64 = 30 * 24 * 3_600 * 1_000;
/// The greatest error of a quantile: half a bucket, 2^(1/16) − 1.
pub const ERROR: f64 = 0.0443;

/// The bucket of a time.
#[must_use]
pub fn bucket(ms: i64) -> u16 {
    let ms = ms.clamp(1, LONGEST_MS) as f64;
    (ms.log2() * STEPS).floor() as u16
}

/// The time that stands for a bucket: the middle of its ends, by ratio.
#[must_use]
pub fn middle_ms(bucket: u16) -> f64 {
    ((f64::from(bucket) + 0.5) / STEPS).exp2()
}

/// Times below which these shares of all lie, read from buckets with their counts, ascending; none when there are none.
#[must_use]
pub fn quantiles<const N: usize>(buckets: &[(u16, i64)], shares: [f64; N]) -> Option<[f64; N]> {
    let all: i64 = buckets.iter().map(|(_, n)| (*n).max(0)).sum();
    if all == 0 {
        return None;
    }
    Some(shares.map(|share| {
        let rank = ((all as f64 * share).ceil() as i64).clamp(1, all);
        let mut below = 0;
        let reached = buckets.iter().find(|(_, n)| {
            below += (*n).max(0);
            below >= rank
        });
        reached.map_or(f64::NAN, |(bucket, _)| middle_ms(*bucket))
    }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn of(times: &[i64]) -> Vec<(u16, i64)> {
        let mut counts = BTreeMap::new();
        times.iter().for_each(|ms| *counts.entry(bucket(*ms)).or_insert(0) += 1);
        counts.into_iter().collect()
    }

    #[test]
    fn a_quantile_is_as_exact_as_it_says() {
        let cases: [Vec<i64>; 5] = [
            vec![1],
            (1..=1_000).collect(),
            (1..=10_000).map(|n| n * n).collect(),
            vec![7; 99].into_iter().chain([86_400_000]).collect(),
            (0..500).map(|n| 1_000 + n % 3).collect(),
        ];
        for mut times in cases {
            times.sort_unstable();
            let got = quantiles(&of(&times), [0.5, 0.9, 0.99]).expect("there are times");
            for (share, got) in [0.5, 0.9, 0.99].into_iter().zip(got) {
                let rank = (times.len() as f64 * share).ceil() as usize;
                let exact = times[rank.max(1) - 1] as f64;
                assert!((got / exact - 1.0).abs() <= ERROR + 1e-4, "{share}: {got} beside {exact}");
            }
        }
    }

    #[test]
    fn buckets_grow_and_end() {
        let table =
            [(-5, 0), (0, 0), (1, 0), (2, 8), (1_000, 79), (60_000, 126), (LONGEST_MS, 250), (i64::MAX, 250)];
        for (ms, wanted) in table {
            assert_eq!(bucket(ms), wanted, "{ms}");
        }
        assert_eq!(quantiles::<1>(&[], [0.5]), None);
        assert_eq!(quantiles::<1>(&[(3, 0)], [0.5]), None);
    }

    #[test]
    fn merged_hours_tell_what_one_would() {
        let (one, two): (Vec<i64>, Vec<i64>) = ((1..500).collect(), (300..3_000).collect());
        let mut merged: BTreeMap<u16, i64> = of(&one).into_iter().collect();
        of(&two).into_iter().for_each(|(bucket, n)| *merged.entry(bucket).or_insert(0) += n);
        let all: Vec<i64> = one.into_iter().chain(two).collect();
        assert_eq!(merged.into_iter().collect::<Vec<_>>(), of(&all));
    }
}

//! Chance that is the same everywhere: SplitMix64 (Steele, Lea, Flood 2014). Each task has its own, so what happens to one does not change what is
//! drawn for another.

use super::Duration;

#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Chance {
    pub fn of(seed: u64, task: u64) -> Self {
        let mut seeds = Self(seed);
        let base = seeds.bits();
        let mut own = Self(base ^ task.wrapping_mul(GOLDEN));
        Self(own.bits())
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 to below 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits, as many as a float holds")]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn is(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// 0 to below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.bits() % u64::try_from(count.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    /// Milliseconds.
    pub fn time(&mut self, duration: Duration) -> i64 {
        let seconds = match duration {
            Duration::Fixed { seconds } => seconds,
            Duration::LogNormal { median_seconds, spread } => median_seconds * spread.powf(self.normal()),
        };
        #[expect(clippy::cast_possible_truncation, reason = "a cast of a float ends at the largest number")]
        let milliseconds = (seconds * 1_000.0).round() as i64;
        milliseconds.clamp(0, crate::duration::LONGEST)
    }

    /// Mean 0, deviation 1 (Box and Muller 1958).
    fn normal(&mut self) -> f64 {
        let (radius, angle) = ((1.0 - self.unit()).ln(), self.unit());
        (-2.0 * radius).sqrt() * (std::f64::consts::TAU * angle).cos()
    }
}

import TelemetryCore
import TelemetrySDK
import TestThreads
import Testing

@Suite(.ownThreads) struct SamplingThresholdTests {
  @Test(
    "probabilities have the thresholds of the specification's table, with 3, 4 and 5 digits",
    arguments: [
      (1, "0 0 0"), (2, "8 8 8"), (3, "aab aaab aaaab"), (4, "c c c"), (5, "ccd cccd ccccd"), (8, "e e e"),
      (10, "e66 e666 e6666"), (16, "f f f"), (100, "fd71 fd70a fd70a4"), (1000, "ffbe7 ffbe77 ffbe76d"),
      (10_000, "fff972 fff9724 fff97247"), (100_000, "ffff584 ffff583a ffff583a5"),
      (1_000_000, "ffffef4 ffffef39 ffffef391"),
    ])
  func table(count: Int, texts: String) {
    let thresholds = (3...5).map { SamplingThreshold(probability: 1 / Double(count), precision: $0) }
    #expect(thresholds.map(\.description).joined(separator: " ") == texts)
    for threshold in thresholds { #expect(SamplingThreshold(threshold.description[...]) == threshold) }
    #expect(SamplingThreshold(probability: 1 / Double(count)) == thresholds[1])
  }

  @Test("exact and smallest probabilities")
  func bounds() {
    #expect(SamplingThreshold(probability: 0x1p-56).value == 0xFF_FFFF_FFFF_FF00)
    #expect(SamplingThreshold(probability: 1 - 0x1p-53).description == "0")
    #expect(SamplingThreshold(probability: 0.5).probability == 0.5)
    #expect(SamplingThreshold("0")?.probability == 1)
    #expect(SamplingThreshold("00000000000001")?.description == "00000000000001")
    #expect(SamplingThreshold("c000")?.description == "c" && SamplingThreshold("C")?.description == "c")
    #expect(SamplingThreshold("") == nil && SamplingThreshold("0000000000000000") == nil)
    #expect(SamplingThreshold("-1") == nil && SamplingThreshold("8 ") == nil)
  }

  @Test func atLeastTheThresholdIsSampled() throws {
    let half = try #require(SamplingThreshold("8"))
    #expect(half.samples(0x80_0000_0000_0000) && !half.samples(0x7F_FFFF_FFFF_FFFF))
    #expect(SamplingThreshold(probability: 1).samples(0))
  }

  @Test("random probabilities come back within the precision")
  func roundTrip() {
    var random = SeededRandom(seed: 8)
    for _ in 0..<2000 {
      let probability = max(0x1p-40, random.fraction() * random.fraction())
      let threshold = SamplingThreshold(probability: probability)
      #expect(SamplingThreshold(threshold.description[...]) == threshold)
      #expect(abs(threshold.probability / probability - 1) < 0x1p-11)
    }
  }
}

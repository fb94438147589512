import TestThreads
import Testing

@testable import OTLPFile

@Suite(.ownThreads) struct RotationPolicyTests {
  private func isDue(
    _ size: Int, _ line: Int, age: UInt64 = 0, maxSize: Int? = nil, maxAge: Duration? = nil
  ) -> Bool {
    var configuration = OTLPFileConfiguration(path: "x")
    configuration.maxFileSize = maxSize
    configuration.maxFileAge = maxAge
    return RotationPolicy(configuration).isDue(size: size, line: line, created: 1000, now: 1000 &+ age)
  }

  @Test func sizeCountsWithTheLine() {
    #expect(!isDue(1000, 24, maxSize: 1024))
    #expect(isDue(1000, 25, maxSize: 1024))
    #expect(!isDue(0, 5000, maxSize: 1024), "a line that is too long has to stand somewhere")
    #expect(!isDue(.max / 2, 1, age: .max / 2), "no limit")
  }

  @Test func ageCountsFromTheCreation() {
    #expect(!isDue(1, 1, age: 999_999_999, maxAge: .seconds(1)))
    #expect(isDue(1, 1, age: 1_000_000_000, maxAge: .seconds(1)))
    #expect(!isDue(0, 1, age: 5_000_000_000, maxAge: .seconds(1)), "an empty file is no file to keep")
    #expect(!isDue(1, 1, age: UInt64(bitPattern: -500), maxAge: .seconds(1)), "the clock was set back")
  }
}

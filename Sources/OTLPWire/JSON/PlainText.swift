/// Tests eight bytes of a JSON string at once.
enum PlainText {
  /// The high bit of the lowest byte that doesn't stand for itself in a string, or isn't ASCII, is set, and no lower one. Higher ones
  /// may be wrong.
  @inline(__always)
  static func special(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let high: UInt64 = 0x8080_8080_8080_8080
    let quotes = word ^ (ones &* 0x22)
    let backslashes = word ^ (ones &* 0x5C)
    let controls = (word &- ones &* 0x20) & ~word
    return (controls | ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes) | word) & high
  }
}

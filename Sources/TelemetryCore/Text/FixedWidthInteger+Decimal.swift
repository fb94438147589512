extension FixedWidthInteger {
  /// Reads a number of decimal digits alone; nil for a sign, a blank, an empty text or a number that doesn't fit.
  package init?(decimal text: some StringProtocol) {
    guard text.utf8.allSatisfy(\.isASCIIDigit) else { return nil }
    self.init(text)
  }
}

internal import TelemetryCore
internal import TelemetrySDK

extension OptionReader<Attributes.Element> {
  /// `key=value`. The value is a boolean, a number or text; quotation marks make text of any value.
  static var attribute: OptionReader {
    OptionReader { value throws(ConfigurationError) in
      let parts = value.text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw value.refused(allowed: "key=value, such as region=eu, count=3, ratio=0.5, ok=true or zip=\"01234\"")
      }
      return Attributes.Element(String(parts[0]), attributeValue(parts[1]))
    }
  }

  private static func attributeValue(_ text: Substring) -> AttributeValue {
    if text == "true" || text == "false" { return .bool(text == "true") }
    if text.count >= 2, text.first == "\"", text.last == "\"" { return .string(String(text.dropFirst().dropLast())) }
    let isNumber = text.utf8.allSatisfy { $0.isASCIIDigit || "+-.eE".utf8.contains($0) }
    // Text with a leading plus or zero is a telephone number or a postcode.
    let digits = text.first == "-" ? text.dropFirst() : text
    let isPlain = digits.first?.isNumber == true && (digits.first != "0" || digits.count == 1 || digits.hasPrefix("0."))
    guard isNumber, isPlain else { return .string(String(text)) }
    if let integer = Int64(text) { return .int(integer) }
    if let double = Double(text), double.isFinite { return .double(double) }
    return .string(String(text))
  }
}

extension OptionReader<Double> {
  /// A percentage, with or without a percent sign.
  static var percent: OptionReader {
    OptionReader { value throws(ConfigurationError) in
      let digits = value.text.hasSuffix("%") ? value.text.dropLast() : value.text[...]
      guard digits.utf8.allSatisfy({ $0.isASCIIDigit || $0 == UInt8(ascii: ".") }),
        let number = Double(digits), (0...100).contains(number)
      else { throw value.refused(allowed: "0 to 100 percent, such as 5 or 0.5%") }
      return number
    }
  }
}

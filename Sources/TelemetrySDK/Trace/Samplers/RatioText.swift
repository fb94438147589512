/// Ratios in the descriptions of samplers.
enum RatioText {
  /// A ratio from 0 to 1 without an exponent: `0.000100`, six digits after the point at least.
  static func text(_ ratio: Double) -> String {
    let parts = "\(ratio)".split(separator: "e")
    var digits = parts[0].filter { $0 != "." }
    if parts.count == 2, let exponent = Int(parts[1]), exponent < 0 {
      digits = String(repeating: "0", count: -exponent) + digits
    }
    let fraction = digits.dropFirst()
    return "\(digits.prefix(1)).\(fraction)\(String(repeating: "0", count: max(0, 6 - fraction.count)))"
  }
}

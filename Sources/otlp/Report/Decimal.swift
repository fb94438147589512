/// - Returns: The number with `digits` digits after the point; `?` for a number beyond 10¹² or without digits.
package func decimal(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite, abs(value) < 1e12 else { return "?" }
  let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
  let scaled = Int64((value * Double(scale)).rounded())
  guard digits > 0 else { return "\(scaled)" }
  let fraction = String(scaled.magnitude % UInt64(scale))
  let sign = scaled < 0 ? "-" : ""
  return
    "\(sign)\(scaled.magnitude / UInt64(scale)).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
}

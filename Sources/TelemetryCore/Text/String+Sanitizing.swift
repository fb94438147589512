extension String {
  /// Text from elsewhere, such as a server's message, as one printable line.
  ///
  /// Control characters and marks that change the direction of text become spaces; a text of more than `limit`
  /// characters is cut and ends with `…`.
  package func sanitized(limit: Int = 1000) -> String {
    var result = ""
    var count = 0
    for scalar in unicodeScalars {
      guard count < limit else { return result + "…" }
      let isControl =
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x2028...0x202E).contains(scalar.value)
        || (0x2066...0x2069).contains(scalar.value)
      result.unicodeScalars.append(isControl ? " " : scalar)
      count += 1
    }
    return result
  }
}

/// The parts of the sources' text that tests read.
package enum SourceText {
  /// The names of the public variables that stand at an indentation, but `description` and `customMirror`.
  package static func members(of source: String, indentation: Int) -> [String] {
    let start = String(repeating: " ", count: indentation) + "public var "
    return source.split(separator: "\n").filter { $0.hasPrefix(start) }
      .map { String($0.dropFirst(start.count).prefix { $0.isLetter || $0.isNumber }) }
      .filter { $0 != "description" && $0 != "customMirror" }
  }
}

internal import SwiftOTLP

/// Finds the known variable that a similar name probably stands for.
package enum MisspelledVariable {
  /// Other languages' variables, and those of instrumentations, which may be similar to known ones by chance.
  private static let otherPrefixes = [
    "JAVA", "JAVAAGENT", "PYTHON", "NODE", "DOTNET", "GO", "RUBY", "PHP", "CPP", "RUST", "INSTRUMENTATION",
  ].map { "OTEL_\($0)_" }

  /// - Returns: The known variable; nil if `name` is known itself, or isn't similar to any.
  package static func meant(by name: String) -> String? {
    let known = TelemetryVariables.read.union(TelemetryVariables.withoutEffect)
    guard name.hasPrefix("OTEL_"), name.utf8.count <= 100, !known.contains(name),
      !otherPrefixes.contains(where: name.hasPrefix)
    else { return nil }
    // Variables that have an effect come first, so one of them is preferred to an equally similar one that has none.
    let candidates = TelemetryVariables.read.sorted() + TelemetryVariables.withoutEffect.sorted()
    return candidates.map { (name: $0, mistakes: mistakes(name, $0)) }
      .filter { $0.mistakes <= 2 }.min { $0.mistakes < $1.mistakes }?.name
  }

  /// The number of letters to change, at most; 1 for one missing word, as in `OTEL_EXPORTER_ENDPOINT`.
  private static func mistakes(_ name: String, _ known: String) -> Int {
    if abs(name.utf8.count - known.utf8.count) <= 2 {
      return Suggestion.distance(Array(name.utf8), Array(known.utf8))
    }
    let (words, all) = (name.split(separator: "_"), known.split(separator: "_"))
    guard words.count == all.count - 1, words.count > 1 else { return .max }
    let isPart = all.indices.contains { skipped in
      words.elementsEqual(all[..<skipped] + all[(skipped + 1)...])
    }
    return isPart ? 1 : .max
  }
}

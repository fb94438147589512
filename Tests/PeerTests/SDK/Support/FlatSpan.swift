import TelemetrySDK

/// A decoded span as paths with values, such as `events[0].attributes[key]` and `string:text`.
struct FlatSpan {
  var fields: [String: String] = [:]

  init(_ lines: [Substring]) {
    for line in lines {
      let end = line.lastIndex(of: "=") ?? line.endIndex
      fields[String(line[..<end])] = String(line[line.index(after: end)...])
    }
  }

  /// The paths at which two spans differ, with both values.
  func differences(from expected: FlatSpan) -> [String] {
    Set(fields.keys).union(expected.fields.keys).sorted().compactMap { path in
      fields[path] == expected.fields[path]
        ? nil : "\(path): \(fields[path] ?? "absent") instead of \(expected.fields[path] ?? "absent")"
    }
  }

  /// Removes everything below `path`, with it.
  mutating func remove(_ path: String) {
    fields = fields.filter { !$0.key.hasPrefix(path) }
  }

  /// Takes everything below `path` from another span.
  mutating func take(_ path: String, from other: FlatSpan) {
    remove(path)
    for (key, value) in other.fields where key.hasPrefix(path) { fields[key] = value }
  }
}

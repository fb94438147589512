/// Where the value of a setting came from.
package enum SettingSource: Hashable, Sendable, CustomStringConvertible {
  case standard
  case code
  case environment(variable: String)

  package var description: String {
    switch self {
    case .standard: "default"
    case .code: "code"
    case .environment(let variable): variable
    }
  }
}

/// A value that remembers where it came from: what code has set, the environment doesn't change.
package struct Setting<Value: Sendable>: Sendable {
  package private(set) var value: Value
  package private(set) var source: SettingSource = .standard

  package init(_ value: Value) { self.value = value }

  package mutating func set(_ value: Value) {
    self.value = value
    source = .code
  }

  package mutating func fill(_ value: Value, from variable: String) {
    guard source != .code else { return }
    self.value = value
    source = .environment(variable: variable)
  }

  package var isFromCode: Bool { source == .code }

  /// How a message calls the setting: by its variable if the value came from there, else by `option`.
  package func name(_ option: String) -> String {
    if case .environment(let variable) = source { variable } else { option }
  }
}

/// By the value alone.
extension Setting: Equatable where Value: Equatable {
  package static func == (left: Setting, right: Setting) -> Bool { left.value == right.value }
}

extension Setting: Hashable where Value: Hashable {
  package func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

/// The origin of a setting's value.
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

/// A value and the origin of the value. The environment doesn't replace a value that code has set.
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

  /// The setting's name in messages: the variable that the value came from, else `option`.
  package func name(_ option: String) -> String {
    if case .environment(let variable) = source { variable } else { option }
  }
}

/// Compares the value alone.
extension Setting: Equatable where Value: Equatable {
  package static func == (left: Setting, right: Setting) -> Bool { left.value == right.value }
}

extension Setting: Hashable where Value: Hashable {
  package func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

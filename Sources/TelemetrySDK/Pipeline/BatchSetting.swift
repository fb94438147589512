/// A value that remembers whether code has set it: then the environment doesn't change it.
struct BatchSetting<Value: Sendable & Hashable>: Sendable, Hashable {
  private(set) var value: Value
  private(set) var isFromCode = false

  init(_ value: Value) { self.value = value }

  mutating func set(_ value: Value) {
    self.value = value
    isFromCode = true
  }

  /// Takes a value of the environment.
  mutating func fill(_ value: Value) {
    if !isFromCode { self.value = value }
  }

  static func == (left: BatchSetting, right: BatchSetting) -> Bool { left.value == right.value }
  func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

extension LoopbackCollector {
  /// A header or trailer field.
  public struct Field: Hashable, Sendable {
    /// The name, in lower case.
    public var name: String
    /// The value.
    public var value: String

    /// A field with a lower-case name.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }
}

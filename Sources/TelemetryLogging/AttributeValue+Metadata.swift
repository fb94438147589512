#if Logging
  internal import Logging
  internal import TelemetrySDK

  extension AttributeValue {
    /// The value of a metadata value, of the same kind. Numbers and truth values keep their kind; anything else that is convertible
    /// becomes its text.
    init(_ value: Logger.MetadataValue) { self.init(value, nesting: 0) }

    /// A value that is nested deeper than a record can hold becomes empty, and isn't visited.
    private init(_ value: Logger.MetadataValue, nesting: Int) {
      switch value {
      case .string(let text): self = .string(text)
      case .stringConvertible(let convertible): self.init(convertible: convertible)
      case .dictionary, .array: self = nesting < AttributeValue.maxNesting ? Self.nested(value, nesting + 1) : .empty
      }
    }

    private static func nested(_ value: Logger.MetadataValue, _ nesting: Int) -> AttributeValue {
      switch value {
      case .array(let values): .array(values.map { AttributeValue($0, nesting: nesting) })
      case .dictionary(let values):
        .map(Attributes(unchecked: values.map { .init($0.key, AttributeValue($0.value, nesting: nesting)) }))
      default: .empty
      }
    }

    private init(convertible value: any CustomStringConvertible) {
      switch value {
      case let number as Int: self = .int(Int64(number))
      case let flag as Bool: self = .bool(flag)
      case let number as Double: self = .double(number)
      case let number as any BinaryInteger:
        // An integer beyond 64 bits becomes its digits (RULES 6.8.12).
        self = Int64(exactly: number).map { .int($0) } ?? .string("\(number)")
      case let number as any BinaryFloatingPoint: self = .double(Double(number))
      default: self = .string(value.description)
      }
    }
  }
#endif

#if DistributedTracing
  internal import TelemetryCore
  internal import TelemetrySDK
  internal import Tracing

  extension RecordingSpan {
    /// Sets an attribute to a value of swift-distributed-tracing. A value without equivalent is left out.
    func set(_ key: String, _ value: SpanAttribute) {
      switch value {
      case .string(let value): setAttribute(key, value)
      case .int64(let value): setAttribute(key, value)
      case .int32(let value): setAttribute(key, Int64(value))
      case .bool(let value): setAttribute(key, value)
      case .double(let value): setAttribute(key, value)
      default: if let value = AttributeValue(value) { setAttribute(key, value) }
      }
    }
  }

  extension AttributeValue {
    /// The value of an attribute of swift-distributed-tracing; nil for a kind that this package doesn't know. A value that only
    /// can be described becomes text, which runs the code of the value's type.
    init?(_ value: SpanAttribute) {
      switch value {
      case .string(let value): self = .string(value)
      case .int64(let value): self = .int(value)
      case .int32(let value): self = .int(Int64(value))
      case .bool(let value): self = .bool(value)
      case .double(let value): self = .double(value)
      case .stringArray(let values): self.init(values)
      case .int64Array(let values): self = .array(values.map { .int($0) })
      case .int32Array(let values): self = .array(values.map { .int(Int64($0)) })
      case .boolArray(let values): self.init(values)
      case .doubleArray(let values): self.init(values)
      case .stringConvertible(let value): self = .string("\(value)")
      case .stringConvertibleArray(let values): self.init(values.map { "\($0)" })
      default: return nil
      }
    }
  }

  extension Attributes {
    /// The attributes of an event, a link or an error.
    init(_ attributes: SpanAttributes) {
      var elements: [Element] = []
      elements.reserveCapacity(attributes.count)
      attributes.forEach { key, value in
        if !key.isEmpty, let value = AttributeValue(value) { elements.append(Element(key, value)) }
      }
      self.init(unchecked: elements)
    }
  }
#endif

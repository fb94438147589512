#if OpenTelemetrySwift
  internal import OpenTelemetryApi
  internal import TelemetryCore
  internal import TelemetrySDK

  extension TelemetrySDK.Attributes {
    /// The attributes of a span, event, link, resource or scope.
    init(_ attributes: [String: OpenTelemetryApi.AttributeValue]) {
      self.init(unchecked: attributes.map { Element($0.key, TelemetrySDK.AttributeValue($0.value)) })
    }
  }

  extension TelemetrySDK.AttributeValue {
    /// A value of opentelemetry-swift. A set is a map.
    init(_ value: OpenTelemetryApi.AttributeValue) {
      switch value {
      case .string(let value): self = .string(value)
      case .bool(let value): self = .bool(value)
      case .int(let value): self = .int(Int64(value))
      case .double(let value): self = .double(value)
      case .array(let array): self = .array(array.values.map { TelemetrySDK.AttributeValue($0) })
      case .set(let set): self = .map(Attributes(set.labels))
      default: self = Self.deprecated(value)
      }
    }

    /// The four arrays that opentelemetry-swift has deprecated. Their names would be a warning here, so the payload is reflected.
    private static func deprecated(_ value: OpenTelemetryApi.AttributeValue) -> TelemetrySDK.AttributeValue {
      switch Mirror(reflecting: value).children.first?.value {
      case let values as [String]: .init(values)
      case let values as [Bool]: .init(values)
      case let values as [Int]: .init(values)
      case let values as [Double]: .init(values)
      default: .string(value.description)
      }
    }
  }
#endif

package import TelemetrySDK

extension WireTags {
  package enum ExportRequest {
    @inlinable package static var resources: UInt8 { 0x0A }
  }

  /// `ResourceSpans`, `ResourceLogs` and `ResourceMetrics`.
  package enum ResourceItems {
    @inlinable package static var resource: UInt8 { 0x0A }
    @inlinable package static var scopes: UInt8 { 0x12 }
    @inlinable package static var schemaURL: UInt8 { 0x1A }
  }

  package enum Resource {
    @inlinable package static var attributes: UInt8 { 0x0A }
    @inlinable package static var droppedAttributesCount: UInt8 { 0x10 }
  }

  package enum Scope {
    @inlinable package static var name: UInt8 { 0x0A }
    @inlinable package static var version: UInt8 { 0x12 }
    @inlinable package static var attributes: UInt8 { 0x1A }
    @inlinable package static var droppedAttributesCount: UInt8 { 0x20 }
  }

  package enum ExportResponse {
    @inlinable package static var partialSuccess: UInt8 { 0x0A }
  }

  package enum PartialSuccess {
    @inlinable package static var rejectedItems: UInt8 { 0x08 }
    @inlinable package static var errorMessage: UInt8 { 0x12 }
  }

  /// `google.rpc.Status`.
  package enum RPCStatus {
    @inlinable package static var code: UInt8 { 0x08 }
    @inlinable package static var message: UInt8 { 0x12 }
    @inlinable package static var details: UInt8 { 0x1A }
  }

  /// `google.protobuf.Any`.
  package enum AnyMessage {
    @inlinable package static var typeURL: UInt8 { 0x0A }
    @inlinable package static var value: UInt8 { 0x12 }
  }

  /// `google.rpc.RetryInfo`.
  package enum RetryInfo {
    @inlinable package static var retryDelay: UInt8 { 0x0A }
  }

  /// `google.protobuf.Duration`.
  package enum Duration {
    @inlinable package static var seconds: UInt8 { 0x08 }
    @inlinable package static var nanos: UInt8 { 0x10 }
  }

  /// `google.rpc.BadRequest`.
  package enum BadRequest {
    @inlinable package static var fieldViolations: UInt8 { 0x0A }
  }

  /// `google.rpc.BadRequest.FieldViolation`.
  package enum FieldViolation {
    @inlinable package static var field: UInt8 { 0x0A }
    @inlinable package static var description: UInt8 { 0x12 }
  }

  /// A tag that was read, for a comparison; 0, which no field has, for a tag that isn't among these.
  @inlinable package static func short(_ tag: UInt32) -> UInt8 { UInt8(exactly: tag) ?? 0 }
}

/// `ExportTraceServiceResponse`; those of logs and metrics have the same shape.
package struct ExportResponse: Hashable, Sendable {
  /// Whether the server said anything beyond "accepted". An empty `partial_success` counts as none (1.3.3).
  package var hasPartialSuccess: Bool
  /// Items that the server refused, as it says; any value, negative ones too.
  package var rejectedItems: Int64
  /// What the server says about it; may be set without a rejected item, as a warning.
  package var errorMessage: String

  /// Full success.
  package init() {
    hasPartialSuccess = false
    rejectedItems = 0
    errorMessage = ""
  }

  package init(protobuf: [UInt8]) throws(WireError) {
    fatalError("not written yet")
  }
}

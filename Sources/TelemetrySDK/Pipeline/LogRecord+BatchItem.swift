extension LogRecord: BatchItem {
  /// Logs.
  public static var signal: OTLPSignal { .logs }

  /// Writes the fields of OTLP's `LogRecord`.
  @inline(__always)
  public func encode(to writer: inout ProtobufWriter) {
    unsafe withUnsafePointer(to: self) { record in
      // SAFETY: a struct with one member has the layout of the member.
      let record = unsafe UnsafeRawPointer(record).assumingMemoryBound(to: Borrowed<LogRecord>.self)
      unsafe writer.logRecord(record.pointee)
    }
  }

  /// Reads the fields of OTLP's `LogRecord`.
  public init(_ encoded: borrowing EncodedItem) {
    unsafe self.init(decoding: encoded.message, resource: encoded.resource, scope: encoded.scope)
  }
}

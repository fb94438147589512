extension SpanData {
  /// An upper bound of the span's encoded size in bytes.
  public var encodedSizeBound: Int {
    attributes.reduce(256 + name.utf8.count + traceState.utf8.count) { $0 + $1.key.utf8.count + 64 }
  }
}

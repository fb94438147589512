extension SpanData {
  /// At least as many bytes as the span takes in an export request, without its resource and scope.
  public var encodedSizeBound: Int { attributes.count &* 64 &+ 512 }
}

package import HTTP2Transport
package import TelemetryCore

/// A gRPC client of one target: it connects when the first call comes and again when the connection was lost.
package actor GRPCChannel {
  package nonisolated let loop: EventLoop
  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  private let configuration: GRPCChannelConfiguration

  /// Makes a channel; nothing is connected yet.
  /// - Throws: A `ConfigurationError` for metadata that can't be sent.
  package init(
    configuration: GRPCChannelConfiguration, network: any Network, loop: EventLoop,
    diagnostics: Diagnostics = .standardError
  ) throws(ConfigurationError) {
    self.configuration = configuration
    self.loop = loop
  }

  /// Calls the method of `path`. Waits for a connection, if need be, until `deadline`; never throws.
  /// - Parameters:
  ///   - message: The request with its five-byte prefix, whose flag fits `encoding`.
  ///   - metadata: Headers of this call, after those of the channel.
  package func unary(
    path: String, message: BufferSlice, encoding: GRPCEncoding = .identity, metadata: [GRPCMetadata] = [],
    deadline: Deadline
  ) async -> GRPCResult { fatalError("GRPCChannel.unary") }

  /// Ends open calls at `deadline`, if not by themselves before, and closes the connection. Later calls fail at once.
  package func shutdown(deadline: Deadline) async {}
}

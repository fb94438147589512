internal import COTLPSystem
internal import OTLPSystem
internal import OTLPWire
package import TelemetryCore
package import TelemetrySDK

/// Writes the items of each request that a receiver takes as a line, with the files, the rotation and the streams of
/// ``OTLPFileExporter``. Its methods block. Thread-safe.
package final class OTLPFileWriter<Item: BatchItem>: Sendable {
  private let output: any LineOutput
  private let encoder = ExportRequestEncoder(pooledBuffers: 1)
  private let isFile: Bool

  /// Opens the file.
  /// - Throws: What the exporter's initializer throws.
  package init(_ configuration: OTLPFileConfiguration, diagnostics: Diagnostics) throws {
    try configuration.validate()
    isFile = configuration.output.isPath
    output = try configuration.fixed.makeOutput(Item.signal, diagnostics) { COTLPSystem_wall_nanoseconds() }
    do throws(FileFailure) {
      try output.open()
    } catch {
      throw error.error
    }
  }

  /// Writes a line. Another process's lock of a file is waited for 10 s, the reader of a stream as long as it takes, or until
  /// `isStopped` is true.
  package func append(_ items: [Item], isStopped: @Sendable () -> Bool) throws(OTLPFileError) {
    guard !items.isEmpty else { return }
    let line = FileLine(encoder.encode(Batch(items)), Item.signal.requestType)
    while true {
      do throws(FileFailure) {
        return try output.write(line, by: Deadline(.system + (isFile ? .seconds(10) : .milliseconds(500))))
      } catch {
        // The next attempt continues the line that a stream has taken a part of.
        let isSlow = !isFile && error.error.cause?.code == ETIMEDOUT
        guard isSlow, !isStopped() else { throw error.error }
      }
    }
  }

  /// Forces the lines to the disk, if they are in a file.
  package func synchronize() throws(OTLPFileError) {
    do throws(FileFailure) {
      try output.synchronize()
    } catch {
      throw error.error
    }
  }
}

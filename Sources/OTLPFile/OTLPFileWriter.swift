internal import COTLPSystem
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
    output = try configuration.makeOutput(Item.signal, diagnostics) { COTLPSystem_wall_nanoseconds() }
    do throws(FileFailure) {
      try output.open()
    } catch {
      throw error.error
    }
  }

  /// Writes a line. A stream is waited for as long as its reader takes; another process's lock of a file for 10 s.
  package func append(_ items: [Item]) throws(OTLPFileError) {
    guard !items.isEmpty else { return }
    let line = FileLine(encoder.encode(Batch(items)), Item.signal.requestType)
    try named { () throws(FileFailure) in
      try output.write(line, by: isFile ? Deadline(.system + .seconds(10)) : .never)
    }
  }

  /// Forces the lines to the disk, if they are in a file.
  package func synchronize() throws(OTLPFileError) {
    try named { () throws(FileFailure) in try output.synchronize() }
  }

  private func named(_ body: () throws(FileFailure) -> Void) throws(OTLPFileError) {
    do throws(FileFailure) {
      try body()
    } catch {
      throw error.error
    }
  }
}

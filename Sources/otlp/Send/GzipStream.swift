internal import OTLPExport

/// Inflates a stream of gzip members piece by piece. Not thread-safe.
package final class GzipStream {
  package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    case damaged
    case cutShort

    package var description: String {
      switch self {
      case .damaged: "the gzip'd input is damaged"
      case .cutShort: "the gzip'd input is cut short"
      }
    }
  }

  private let inflater: GzipInflater
  private var hadMember = false

  package init() {
    guard let inflater = try? GzipInflater() else { preconditionFailure("zlib has no memory") }
    self.inflater = inflater
  }

  /// Passes the inflated bytes to `take` in pieces of at most 64 KiB.
  package func inflate(_ input: [UInt8], _ take: ([UInt8]) -> Void) throws(Failure) {
    var rest = input[...]
    while true {
      // Zeros may pad the end of the file.
      if !inflater.isWithinMember, hadMember { rest = rest.drop { $0 == 0 } }
      guard inflater.isWithinMember || !rest.isEmpty else { return }
      var output: [UInt8] = []
      let used: Int
      do {
        used = try unsafe rest.withUnsafeBytes { unsafe try inflater.inflate($0, into: &output, room: 1 << 16) }
      } catch {
        throw .damaged
      }
      rest = rest.dropFirst(used)
      hadMember = true
      if !output.isEmpty { take(output) }
      // zlib needs more input.
      if used == 0, output.isEmpty, inflater.isWithinMember { return }
    }
  }

  /// Ends the stream after the last piece.
  package func finish() throws(Failure) {
    if inflater.isWithinMember { throw .cutShort }
  }
}

package import TelemetryCore

/// Decides which messages are compressed with ``OTLPCompression/auto``. Pure.
///
/// Small messages aren't compressed, nor any message while compression saves little, while compression has used its share of the
/// time (so that a busy processor sends uncompressed), or while items wait and responses are faster than compression.
package struct CompressionGovernor: Sendable {
  /// Smaller messages fit into two packets anyway.
  package static let smallest = 1024
  /// Compression may take this fraction (1/n) of the elapsed time.
  package static let timeDivisor: Int64 = 10
  /// The most time that compression may take at once after a pause.
  package static let burst = Duration.milliseconds(50)
  // The least fraction of saved bytes for which compression pays.
  private static let leastSaved = 0.1
  // The least ratio of response time to compression time for which compression pays while items wait.
  private static let leastAnswer = 4.0
  private static let firstSkip = 16
  private static let longestSkip = 1024

  // In nanoseconds: an integer is cheaper to count for each message.
  private var credit = CompressionGovernor.burst.clampedNanoseconds
  private var counted: MonotonicInstant?
  private var saved: Double?
  /// The time to compress a byte, in nanoseconds.
  private var perByte: Double?
  private var skip = 0
  private var nextSkip = CompressionGovernor.firstSkip

  package init() {}

  /// Decides whether to compress a message of `bytes`.
  /// - Parameter responseTime: The average response time if all permitted calls are open and more items wait.
  package mutating func admits(bytes: Int, at now: MonotonicInstant, responseTime: Duration? = nil) -> Bool {
    addCredit(at: now)
    guard bytes >= CompressionGovernor.smallest, credit > 0 else { return false }
    // Compression only helps the queue if the network takes most of the time.
    if let responseTime, let perByte {
      let time = perByte * Double(bytes) * CompressionGovernor.leastAnswer
      guard time <= Double(responseTime.clampedNanoseconds) else { return false }
    }
    guard skip > 0 else { return true }
    skip -= 1
    return false
  }

  /// A message was compressed.
  /// - Parameter result: The compressed size; nil if that is no smaller.
  package mutating func compressed(_ bytes: Int, to result: Int?, took time: Duration) {
    let nanoseconds = max(time.clampedNanoseconds, 0)
    credit -= nanoseconds
    let cost = Double(nanoseconds) / Double(max(bytes, 1))
    perByte = perByte.map { $0 + (cost - $0) / 4 } ?? cost
    let fraction = result.map { 1 - Double($0) / Double(max(bytes, 1)) } ?? 0
    // After a pause the first result counts alone: the messages may have changed.
    let average = saved.map { $0 + (fraction - $0) / 4 } ?? fraction
    guard average < CompressionGovernor.leastSaved else {
      saved = average
      nextSkip = CompressionGovernor.firstSkip
      return
    }
    saved = nil
    skip = nextSkip
    nextSkip = min(nextSkip * 2, CompressionGovernor.longestSkip)
  }

  private mutating func addCredit(at now: MonotonicInstant) {
    if let counted, now > counted {
      let earned = (now - counted).clampedNanoseconds / CompressionGovernor.timeDivisor
      credit = min(credit + earned, CompressionGovernor.burst.clampedNanoseconds)
    }
    counted = now
  }
}

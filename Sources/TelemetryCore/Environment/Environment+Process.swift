internal import COTLPSystem

extension Environment {
  /// The variables of this process, as they are now. If a variable occurs twice, the first value applies, as in getenv.
  package static var process: [String: String] {
    var result: [String: String] = [:]
    guard var entry = unsafe COTLPSystem_environ() else { return result }
    while let text = unsafe entry.pointee {
      let pair = unsafe String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2, result[String(pair[0])] == nil { result[String(pair[0])] = String(pair[1]) }
      unsafe entry += 1
    }
    return result
  }
}

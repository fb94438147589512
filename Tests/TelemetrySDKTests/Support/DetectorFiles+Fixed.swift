@testable import TelemetrySDK

extension DetectorFiles {
  /// Files with these contents, and no others.
  static func fixed(_ files: [String: String]) -> DetectorFiles { DetectorFiles { files[$0] } }
}

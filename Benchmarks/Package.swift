// swift-tools-version: 6.2
import PackageDescription

// The drivers measure the layers separately and therefore need the package's internal declarations: they are compiled as
// part of the package. SwiftPM names a package after the folder.
let folder = Context.packageDirectory.split(separator: "/").dropLast().last.map { $0.lowercased() } ?? ""
let packageName = String(folder.map { $0.isLetter || $0.isNumber ? $0 : "_" })

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func driver(_ name: String, _ more: [Target.Dependency] = []) -> Target {
  .executableTarget(
    name: name,
    dependencies: [
      "BenchSupport", .product(name: "OTLPGRPC", package: "swift-otlp"),
      .product(name: "OTLPTesting", package: "swift-otlp"),
    ] + more,
    packageAccess: false, swiftSettings: settings + [.unsafeFlags(["-package-name", packageName])])
}

let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-otlp", path: "..", traits: ["HTTP"])],
  targets: [
    .target(name: "BenchSupport", swiftSettings: settings),
    driver("encode-bench"),
    driver("export-bench"),
    driver("http-bench", [.product(name: "OTLPHTTP", package: "swift-otlp")]),
    driver("link-bench"),
    driver("blackhole-bench"),
    driver("idle-bench"),
    driver("queue-bench"),
    driver("pipeline-bench"),
    driver("tracer-bench"),
    driver("log-bench"),
    // The size of a user's program, which imports only the public product.
    .executableTarget(
      name: "hello-exporter", dependencies: [.product(name: "OTLPGRPC", package: "swift-otlp")],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)

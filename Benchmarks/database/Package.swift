// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "DatabaseBenchmark",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "swift-otlp", path: "../..", traits: ["SQLite", "PostgreSQL"])],
  targets: [
    .executableTarget(
      name: "database-bench",
      dependencies: [
        .product(name: "TelemetryDatabase", package: "swift-otlp"),
        .product(name: "OTLPTesting", package: "swift-otlp"),
      ])
  ],
  swiftLanguageModes: [.v6]
)

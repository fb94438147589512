import TestThreads
import Testing
import otlp

@Suite(.ownThreads) struct LoadShapeTests {
  @Test(arguments: [0, 0.01, 1, 12.5, 33.3, 99, 100]) func errorsAreSpreadEvenly(_ percent: Double) {
    let errors = (0..<10_000).count { LoadShape.isError($0, percent: percent) }
    #expect(abs(Double(errors) - percent * 100) <= 1)
    let inAThousand = (5000..<6000).count { LoadShape.isError($0, percent: percent) }
    #expect(abs(Double(inAThousand) - percent * 10) <= 1)
  }
}

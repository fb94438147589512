import OTLPGRPC
import OTLPTesting
import StubServices
import SwiftOTLP
import TelemetrySDK

/// Uses the names of `StubServices` in a file that imports our libraries. The file compiles only if no name is ambiguous.
let namesServices: [Any.Type] = [
  AsyncCancelOnGracefulShutdownSequence.self, CallOptions.self, ClientContext.self, ClientInterceptor.self,
  ClientRequest.self, ClientResponse.self, ClientTransport.self, ClosableRPCWriterProtocol.self, ClosureService.self,
  CompressionAlgorithm.self, CompressionAlgorithmSet.self, ConditionalInterceptor.self, GRPCClient.self,
  GRPCContiguousBytes.self, GRPCServer.self, GRPCServerContext.self, GracefulShutdownManager.self,
  HedgingPolicy.self, MessageDeserializer.self, MessageSerializer.self, Metadata.self, MethodConfig.self,
  MethodDescriptor.self, RPCAsyncSequence.self, RPCError.self, RPCErrorConvertible.self, RPCExecutionPolicy.self,
  RPCRequestPart.self, RPCResponsePart.self, RPCRouter.self, RPCStream.self, RPCWriter.self, RPCWriterProtocol.self,
  RegistrableRPCService.self, RetryPolicy.self, RetryThrottle.self, RuntimeError.self, ServerContext.self,
  ServerInterceptor.self, ServerRequest.self, ServerResponse.self, ServerTransport.self, Service.self,
  ServiceConfig.self, ServiceDescriptor.self, ServiceGroup.self, ServiceGroupConfiguration.self,
  ServiceGroupError.self, Status.self, StreamingClientRequest.self, StreamingClientResponse.self,
  StreamingServerRequest.self, StreamingServerResponse.self, UnixSignal.self, UnixSignalsSequence.self,
]

let functionsServices: [@Sendable () -> Void] = [
  cancelOnGracefulShutdown, cancelWhenGracefulShutdown, gracefulShutdown, withGRPCClient, withGRPCServer,
  withGracefulShutdownHandler, withRPCCancellationHandler, withServerContextRPCCancellationHandle,
  withTaskCancellationOrGracefulShutdownHandler,
]

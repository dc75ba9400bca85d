// Conformance>Halve: y = x / 2 on float32, an op in a namespace, through TensorFlow's C kernel API, so that the library
// needs no C++ ABI of the TensorFlow that it was built beside.
#include <cstddef>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

namespace {

void Compute(void*, TF_OpKernelContext* context) {
  TF_Status* status = TF_NewStatus();
  TF_Tensor* input = nullptr;
  TF_GetInput(context, 0, &input, status);
  if (TF_GetCode(status) == TF_OK) {
    int64_t sides[8];
    const int rank = TF_NumDims(input);
    size_t count = 1;
    for (int i = 0; i < rank && i < 8; ++i) {
      sides[i] = TF_Dim(input, i);
      count *= static_cast<size_t>(sides[i]);
    }
    TF_Tensor* output =
        TF_AllocateOutput(context, 0, TF_FLOAT, sides, rank, count * sizeof(float), status);
    if (TF_GetCode(status) == TF_OK) {
      const float* from = static_cast<const float*>(TF_TensorData(input));
      float* to = static_cast<float*>(TF_TensorData(output));
      for (size_t i = 0; i < count; ++i) {
        to[i] = from[i] * 0.5f;
      }
      TF_DeleteTensor(output);
    }
  }
  if (TF_GetCode(status) != TF_OK) TF_OpKernelContext_Failure(context, status);
  if (input != nullptr) TF_DeleteTensor(input);
  TF_DeleteStatus(status);
}

void SameShape(TF_ShapeInferenceContext* context, TF_Status* status) {
  TF_ShapeHandle* shape = TF_NewShapeHandle();
  TF_ShapeInferenceContextGetInput(context, 0, shape, status);
  if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextSetOutput(context, 0, shape, status);
  TF_DeleteShapeHandle(shape);
}

__attribute__((constructor)) void Register() {
  TF_Status* status = TF_NewStatus();
  TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder("Conformance>Halve");
  TF_OpDefinitionBuilderAddInput(op, "x: float");
  TF_OpDefinitionBuilderAddOutput(op, "y: float");
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, &SameShape);
  TF_RegisterOpDefinition(op, status);
  TF_KernelBuilder* kernel =
      TF_NewKernelBuilder("Conformance>Halve", "CPU", nullptr, &Compute, nullptr);
  TF_RegisterKernelBuilder("Conformance>Halve", kernel, status);
  TF_DeleteStatus(status);
}

}  // namespace

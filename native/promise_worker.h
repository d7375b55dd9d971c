#ifndef EXR_INSPECTOR_PROMISE_WORKER_H_
#define EXR_INSPECTOR_PROMISE_WORKER_H_

#include <napi.h>

#include <exception>

namespace exr_inspector {

// One native call settles one promise. Owned by Node-API once queued.
class PromiseWorker : public Napi::AsyncWorker {
 public:
  explicit PromiseWorker(Napi::Env env)
      : AsyncWorker(env), deferred_(Napi::Promise::Deferred::New(env)) {}

  Napi::Promise Start() {
    const Napi::Promise promise = deferred_.Promise();
    Queue();
    return promise;
  }

 protected:
  // libuv thread: C++ values only.
  virtual void Run() = 0;
  // JS thread: builds the answer.
  virtual Napi::Value Result(Napi::Env env) = 0;

  void Execute() final { Run(); }

  void OnOK() final {
    const Napi::HandleScope scope(Env());
    try {
      deferred_.Resolve(Result(Env()));
    } catch (const Napi::Error& error) {
      deferred_.Reject(error.Value());
    }
  }

  void OnError(const Napi::Error& error) final {
    deferred_.Reject(error.Value());
  }

 private:
  const Napi::Promise::Deferred deferred_;
};

// Runs `work` on the JS thread; a C++ exception becomes a JavaScript error.
template <typename Work>
Napi::Value RethrowAsJs(Napi::Env env, Work&& work) {
  try {
    return work();
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::exception& failure) {
    throw Napi::Error::New(env, failure.what());
  }
}

}  // namespace exr_inspector

#endif  // EXR_INSPECTOR_PROMISE_WORKER_H_

#pragma once
#include "block.hpp"
static inline V irr(const V *f, int64_t T) { V a = {}; for (int64_t t=0;t<T;t++) a += f[t]; return a; }

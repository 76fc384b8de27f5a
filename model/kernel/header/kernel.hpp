// Entry point of a kernel: runs the generated function `block` on blocks of W scenarios.
#pragma once
#include "formulas.hpp"
#include "arithmetic.hpp"
#include "rates.hpp"
#include "draws.hpp"

struct Task {
  int64_t first, count;   // scenarios: number of the first, and how many
  int64_t stride;         // numbers in a row of figures, rows and columns: count, padded to a whole number of blocks
  int64_t T, years;       // periods, and calendar years
  const Draws *draws;     // what is drawn; null where the inputs are given in columns
  const double *columns;  // varied inputs by scenario: figures, then rows by year
  const double *shared;   // figures that all scenarios share
  const double *row;      // rows that all scenarios share, by period
  const double *curves;
  double *inputs_out;     // the inputs drawn, by scenario
  double *figures;        // wanted figures by scenario
  double *rows;           // wanted rows by year and scenario
  double *work;           // working memory
};

#define TASK_NAMES(task)                                                                          \
  const int64_t T = task.T, years = task.years, stride = task.stride;                             \
  const double *const shared = task.shared, *const row = task.row, *const curves = task.curves;   \
  double *const figures = task.figures, *const rows = task.rows;                                  \
  (void)T, (void)years, (void)stride, (void)shared, (void)row, (void)curves, (void)figures, (void)rows;

static inline V take(const double *at) { return *(const VU *)at; }
static inline void put(double *at, V value) { *(VU *)at = value; }
static inline void add_to(double *at, V value) { put(at, take(at) + value); }

static void block(const Task &task, int64_t b, const V *inputs, const V *prices, V *work);

extern "C" int64_t block_width() { return W; }

extern "C" void run(const Task *task) {
  V *work = (V *)(((uintptr_t)task->work + sizeof(V) - 1) / sizeof(V) * sizeof(V));
  V *const inputs = work, *const prices = inputs + 2 * SCALARS, *const work_rows = prices + SERIES * task->years;
  for (int64_t b = 0; b < task->count; b += W) {
    if (task->draws) {
      draw_inputs(*task->draws, task->first + b, inputs);
      draw_prices(*task->draws, task->first + b, prices);
      for (int k = 0; k < SCALARS; k++) put(task->inputs_out + k * task->stride + b, inputs[k]);
    } else {
      const double *const column = task->columns + b;
      for (int64_t k = 0; k < SCALARS; k++) inputs[k] = take(column + k * task->stride);
      for (int64_t k = 0; k < SERIES * task->years; k++) prices[k] = take(column + (SCALARS + k) * task->stride);
    }
    block(*task, b, inputs, prices, work_rows);
  }
}

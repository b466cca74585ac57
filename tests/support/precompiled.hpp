// What nearly every test includes, compiled once.
#pragma once

#include "../../src/base/precompiled.hpp"

#include <future>

#include "catch.hpp"

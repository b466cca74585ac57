// Asio's and JSON's own code, compiled once.
#include <boost/asio/impl/src.hpp>

// C++ with its standard library: streams, containers, algorithms, virtual calls, static construction.
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct Fruit {
  explicit Fruit(std::string name) : name(std::move(name)) {}
  virtual ~Fruit() { std::cout << name << " is gone\n"; }
  virtual std::string color() const { return "green"; }
  std::string name;
};

struct Fig : Fruit {
  using Fruit::Fruit;
  std::string color() const override { return "purple"; }
};

static const std::map<std::string, int> prices = {{"apple", 3}, {"pear", 4}, {"fig", 9}};

int main(int argc, char **argv) {
  std::vector<std::unique_ptr<Fruit>> basket;
  for (int i = 1; i < argc; i++) {
    std::string name = argv[i];
    if (name == "fig") basket.push_back(std::make_unique<Fig>(name));
    else basket.push_back(std::make_unique<Fruit>(name));
  }
  std::sort(basket.begin(), basket.end(), [](const auto &a, const auto &b) { return a->name < b->name; });
  int total = 0;
  for (const auto &fruit : basket) {
    total += prices.at(fruit->name);
    std::cout << fruit->name << ": " << fruit->color() << ", " << prices.at(fruit->name) << std::endl;
  }
  std::cout << "total " << total << "\n";
}

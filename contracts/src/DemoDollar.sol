// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice A dollar token as the demo's treasury holds it: six decimals, the symbol people know. Nobody's money.
contract DemoDollar is ERC20 {
    constructor(address holder, uint256 amount) ERC20("USD Coin", "USDC") {
        _mint(holder, amount);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }
}

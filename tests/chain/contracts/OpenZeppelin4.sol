// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

import {Governor, IGovernor} from "openzeppelin-4/governance/Governor.sol";
import {TimelockController} from "openzeppelin-4/governance/TimelockController.sol";
import {GovernorCompatibilityBravo} from "openzeppelin-4/governance/compatibility/GovernorCompatibilityBravo.sol";
import {GovernorCountingSimple} from "openzeppelin-4/governance/extensions/GovernorCountingSimple.sol";
import {GovernorSettings} from "openzeppelin-4/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl, IGovernorTimelock} from "openzeppelin-4/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "openzeppelin-4/governance/extensions/GovernorVotes.sol";
import {GovernorVotesQuorumFraction} from "openzeppelin-4/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IVotes} from "openzeppelin-4/governance/utils/IVotes.sol";
import {ERC20} from "openzeppelin-4/token/ERC20/ERC20.sol";
import {ERC20Permit} from "openzeppelin-4/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "openzeppelin-4/token/ERC20/extensions/ERC20Votes.sol";
import {ERC721} from "openzeppelin-4/token/ERC721/ERC721.sol";
import {ERC721Votes} from "openzeppelin-4/token/ERC721/extensions/ERC721Votes.sol";
import {EIP712} from "openzeppelin-4/utils/cryptography/EIP712.sol";
import {IERC165} from "openzeppelin-4/utils/introspection/IERC165.sol";

/// @notice For tests: OpenZeppelin 4.9 with either clock, either kind of votes, with and without a timelock.
contract Votes20Of4 is ERC20, ERC20Permit, ERC20Votes {
    bool private immutable _seconds;

    constructor(bool seconds_, address[] memory holders, uint256[] memory amounts)
        ERC20("Votes", "VOTE")
        ERC20Permit("Votes")
    {
        _seconds = seconds_;
        for (uint256 i; i < holders.length; i++) _mint(holders[i], amounts[i]);
    }

    function clock() public view override returns (uint48) {
        return uint48(_seconds ? block.timestamp : block.number);
    }

    function CLOCK_MODE() public view override returns (string memory) {
        return _seconds ? "mode=timestamp" : "mode=blocknumber&from=default";
    }

    function _afterTokenTransfer(address from, address to, uint256 amount) internal override(ERC20, ERC20Votes) {
        super._afterTokenTransfer(from, to, amount);
    }

    function _mint(address to, uint256 amount) internal override(ERC20, ERC20Votes) {
        super._mint(to, amount);
    }

    function _burn(address from, uint256 amount) internal override(ERC20, ERC20Votes) {
        super._burn(from, amount);
    }
}

contract Votes721Of4 is ERC721, ERC721Votes {
    constructor(bool, address[] memory holders, uint256[] memory amounts) ERC721("Seats", "SEAT") EIP712("Seats", "1") {
        uint256 id;
        for (uint256 i; i < holders.length; i++) {
            for (uint256 k; k < amounts[i]; k++) _mint(holders[i], ++id);
        }
    }

    function _afterTokenTransfer(address from, address to, uint256 first, uint256 size)
        internal
        override(ERC721, ERC721Votes)
    {
        super._afterTokenTransfer(from, to, first, size);
    }
}

contract Plain4 is Governor, GovernorSettings, GovernorCountingSimple, GovernorVotes, GovernorVotesQuorumFraction {
    constructor(IVotes token, uint256 delay, uint256 period, uint256 threshold)
        Governor("Plain Four")
        GovernorSettings(delay, period, threshold)
        GovernorVotes(token)
        GovernorVotesQuorumFraction(40)
    {}

    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }
}

contract Timelocked4 is
    Governor,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorTimelockControl
{
    constructor(IVotes token, TimelockController timelock_, uint256 delay, uint256 period, uint256 threshold)
        Governor("Timelocked Four")
        GovernorSettings(delay, period, threshold)
        GovernorVotes(token)
        GovernorVotesQuorumFraction(40)
        GovernorTimelockControl(timelock_)
    {}

    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    function state(uint256 id) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        return super.state(id);
    }

    function _execute(uint256 id, address[] memory to, uint256[] memory values, bytes[] memory data, bytes32 text)
        internal
        override(Governor, GovernorTimelockControl)
    {
        super._execute(id, to, values, data, text);
    }

    function _cancel(address[] memory to, uint256[] memory values, bytes[] memory data, bytes32 text)
        internal
        override(Governor, GovernorTimelockControl)
        returns (uint256)
    {
        return super._cancel(to, values, data, text);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }

    function supportsInterface(bytes4 id) public view override(Governor, GovernorTimelockControl) returns (bool) {
        return super.supportsInterface(id);
    }
}

/// @notice Compatible with Compound's Bravo: its tallies are told by `proposals(id)` alone.
contract Compatible4 is
    Governor,
    GovernorSettings,
    GovernorCompatibilityBravo,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorTimelockControl
{
    constructor(IVotes token, TimelockController timelock_, uint256 delay, uint256 period, uint256 threshold)
        Governor("Compatible Four")
        GovernorSettings(delay, period, threshold)
        GovernorVotes(token)
        GovernorVotesQuorumFraction(40)
        GovernorTimelockControl(timelock_)
    {}

    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    function state(uint256 id)
        public
        view
        override(Governor, IGovernor, GovernorTimelockControl)
        returns (ProposalState)
    {
        return super.state(id);
    }

    function propose(address[] memory to, uint256[] memory values, bytes[] memory data, string memory text)
        public
        override(Governor, GovernorCompatibilityBravo, IGovernor)
        returns (uint256)
    {
        return super.propose(to, values, data, text);
    }

    function cancel(address[] memory to, uint256[] memory values, bytes[] memory data, bytes32 text)
        public
        override(Governor, GovernorCompatibilityBravo, IGovernor)
        returns (uint256)
    {
        return super.cancel(to, values, data, text);
    }

    function _execute(uint256 id, address[] memory to, uint256[] memory values, bytes[] memory data, bytes32 text)
        internal
        override(Governor, GovernorTimelockControl)
    {
        super._execute(id, to, values, data, text);
    }

    function _cancel(address[] memory to, uint256[] memory values, bytes[] memory data, bytes32 text)
        internal
        override(Governor, GovernorTimelockControl)
        returns (uint256)
    {
        return super._cancel(to, values, data, text);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }

    function supportsInterface(bytes4 id)
        public
        view
        override(Governor, IERC165, GovernorTimelockControl)
        returns (bool)
    {
        return super.supportsInterface(id);
    }
}
